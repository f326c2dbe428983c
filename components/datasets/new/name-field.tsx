"use client";
import { describedBy, Field } from "@/components/ui/field";
import { inputClass } from "@/components/ui/input-class";

export interface NameFieldProps {
  id: string;
  value: string;
  /** Taken when nothing is typed. */
  suggested: string;
  errors: string[] | undefined;
  onChange(value: string): void;
}

/** The name of a dataset to be made. */
export function NameField({ id, value, suggested, errors, onChange }: NameFieldProps) {
  return (
    <Field
      id={id}
      label="Name"
      hint="How it is listed and chosen. A name that is there already gets a new version."
      errors={errors}
    >
      <input
        id={id}
        value={value}
        placeholder={suggested}
        maxLength={200}
        autoComplete="off"
        aria-describedby={describedBy(id)}
        aria-invalid={errors !== undefined}
        className={inputClass(errors !== undefined)}
        onChange={(event) => onChange(event.target.value)}
      />
    </Field>
  );
}
