export interface ToggleProps {
  label: string;
  isOn: boolean;
  isDisabled?: boolean;
  onChange(isOn: boolean): void;
}

/** A small checkbox with its name. */
export function Toggle({ label, isOn, isDisabled, onChange }: ToggleProps) {
  return (
    <label className="flex min-h-6 cursor-pointer items-center gap-1.5 text-[12px] text-text-2 has-disabled:cursor-default">
      <input
        type="checkbox"
        checked={isOn}
        disabled={isDisabled}
        onChange={(event) => onChange(event.target.checked)}
        className="size-3.5 accent-(--accent-strong)"
      />
      {label}
    </label>
  );
}
