"use client";

export interface DatasetChecksProps {
  datasets: readonly { value: string; label: string }[];
  chosen: readonly string[];
  errors: string[] | undefined;
  onChange(chosen: string[]): void;
}

/** Which datasets to take, any number of them. */
export function DatasetChecks({ datasets, chosen, errors, onChange }: DatasetChecksProps) {
  return (
    <fieldset>
      <legend className="mb-1.5 font-medium text-[13px]">Datasets</legend>
      <ul className="flex max-h-48 flex-col gap-1 overflow-y-auto rounded-md border p-2">
        {datasets.map(({ value, label }) => (
          <li key={value}>
            <label className="flex items-center gap-2 text-[13px]">
              <input
                type="checkbox"
                checked={chosen.includes(value)}
                onChange={(event) =>
                  onChange(event.target.checked ? [...chosen, value] : chosen.filter((id) => id !== value))
                }
              />
              {label}
            </label>
          </li>
        ))}
      </ul>
      {errors !== undefined && <p className="mt-1 text-[12px] text-bad">{errors.join("; ")}</p>}
    </fieldset>
  );
}
