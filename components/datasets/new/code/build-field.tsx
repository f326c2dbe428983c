"use client";
import { describedBy, Field } from "@/components/ui/field";
import { inputClass } from "@/components/ui/input-class";
import { SelectField } from "@/components/ui/select-field";
import { BUILD_FIELDS, type BuildField } from "./build-fields";
import { listOf } from "./build-values";
import { CheckList } from "./check-list";

export interface BuildFieldInputProps {
  field: BuildField;
  value: string;
  errors: string[] | undefined;
  datasets: readonly { value: string; label: string }[];
  onChange(value: string): void;
}

/** One setting of a build with its label, hint and errors. */
export function BuildFieldInput({ field, value, errors, datasets, onChange }: BuildFieldInputProps) {
  const { label, hint, input } = BUILD_FIELDS[field];
  const id = `build-${field}`;
  const shared = {
    id,
    value,
    "aria-describedby": describedBy(id),
    "aria-invalid": errors !== undefined,
  };
  switch (input.kind) {
    case "select":
      return <SelectField {...{ id, label, hint, errors, value, onChange }} options={input.options} />;
    case "switch":
      return (
        <label className="flex cursor-pointer gap-2.5">
          <input
            type="checkbox"
            checked={value === "true"}
            aria-describedby={describedBy(id)}
            className="mt-1 size-4 shrink-0 accent-(--accent-strong)"
            onChange={(event) => onChange(String(event.target.checked))}
          />
          <span className="min-w-0">
            <span className="block font-medium text-[13px]">{label}</span>
            <span id={describedBy(id)} className="block text-[12px] text-text-3">
              {hint}
            </span>
          </span>
        </label>
      );
    case "number":
      return (
        <Field id={id} label={label} hint={hint} errors={errors}>
          {/* Text and not type="number": that would silently drop what it can't read. */}
          <input
            {...shared}
            type="text"
            inputMode="decimal"
            autoComplete="off"
            className={inputClass(errors !== undefined, "tabular")}
            onChange={(event) => onChange(event.target.value)}
          />
        </Field>
      );
    case "list":
      return (
        <Field id={id} label={label} hint={hint} errors={errors}>
          <textarea
            {...shared}
            rows={input.example.includes("\n") ? 3 : 1}
            spellCheck={false}
            placeholder={input.example}
            className={inputClass(errors !== undefined, "field-sizing-content h-auto min-h-9 py-1.5 font-mono")}
            onChange={(event) => onChange(event.target.value)}
          />
        </Field>
      );
    case "checks":
    case "datasets": {
      const options = input.kind === "checks" ? input.options : datasets;
      return (
        <CheckList
          {...{ label, hint, options }}
          chosen={listOf(value)}
          none="There is no other dataset yet."
          onChange={(chosen) => onChange(chosen.join("\n"))}
        />
      );
    }
  }
}
