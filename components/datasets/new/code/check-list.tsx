"use client";

export interface CheckListProps {
  label: string;
  hint: string;
  options: readonly { value: string; label: string }[];
  chosen: readonly string[];
  /** Said when there is nothing to choose from. */
  none: string;
  onChange(chosen: string[]): void;
}

/** Several of a few. */
export function CheckList({ label, hint, options, chosen, none, onChange }: CheckListProps) {
  return (
    <fieldset className="min-w-0">
      <legend className="font-medium text-[13px]">{label}</legend>
      <div className="mt-1 flex max-h-40 flex-col gap-0.5 overflow-y-auto">
        {options.map(({ value, label: name }) => (
          <label key={value} className="flex min-h-7 cursor-pointer items-center gap-2 text-[13px]">
            <input
              type="checkbox"
              checked={chosen.includes(value)}
              className="size-4 shrink-0 accent-(--accent-strong)"
              onChange={({ target }) =>
                onChange(target.checked ? [...chosen, value] : chosen.filter((each) => each !== value))
              }
            />
            <span className="min-w-0 truncate">{name}</span>
          </label>
        ))}
        {options.length === 0 && <p className="text-[13px] text-text-3">{none}</p>}
      </div>
      <p className="mt-1 text-[12px] text-text-3">{hint}</p>
    </fieldset>
  );
}
