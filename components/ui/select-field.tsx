import type { ReactNode } from "react";
import { describedBy, Field } from "./field";
import { inputClass } from "./input-class";

export interface SelectFieldProps {
  id: string;
  label: string;
  hint?: ReactNode;
  errors?: string[] | undefined;
  value: string;
  options: readonly { value: string; label: string }[];
  onChange(value: string): void;
}

/** A labelled choice of one of several. */
export function SelectField({ id, label, hint, errors, value, options, onChange }: SelectFieldProps) {
  const isInvalid = errors !== undefined;
  return (
    <Field id={id} label={label} hint={hint} errors={errors}>
      <select
        id={id}
        value={value}
        aria-describedby={describedBy(id)}
        aria-invalid={isInvalid}
        className={inputClass(isInvalid)}
        onChange={(event) => onChange(event.target.value)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </Field>
  );
}
