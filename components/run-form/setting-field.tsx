import type { ReactNode } from "react";
import { describedBy, Field } from "@/components/ui/field";
import { inputClass } from "@/components/ui/input-class";
import { FIELD_SPECS, type FieldKey } from "./field-specs";
import { LogNumberInput } from "./log-number-input";
import { SETTING_LABELS } from "./setting-labels";
import type { RunFormState } from "./use-run-form";

export interface SettingFieldProps {
  form: RunFormState;
  name: FieldKey;
  /** Instead of the field's own hint. */
  hint?: ReactNode;
}

/** One setting of the schema with its label, hint and errors. */
export function SettingField({ form, name, hint }: SettingFieldProps) {
  const { input, hint: usualHint } = FIELD_SPECS[name];
  const errors = form.errorsOf(name);
  const shared = {
    id: name,
    value: form.values[name],
    "aria-describedby": describedBy(name),
    "aria-invalid": errors !== undefined,
    className: inputClass(errors !== undefined, "tabular"),
  };
  const change = (text: string) => form.set({ [name]: text });
  return (
    <Field id={name} label={SETTING_LABELS[name]} hint={hint ?? usualHint} errors={errors}>
      {input.kind === "select" && (
        <select {...shared} disabled={input.options.length === 1} onChange={(event) => change(event.target.value)}>
          {[...new Set([...input.options, shared.value])].map((option) => (
            <option key={option}>{option}</option>
          ))}
        </select>
      )}
      {input.kind === "switch" && (
        <select {...shared} onChange={(event) => change(event.target.value)}>
          <option value="false">no</option>
          <option value="true">yes</option>
        </select>
      )}
      {"example" in input && (
        <input
          {...shared}
          type="text"
          autoComplete="off"
          spellCheck={false}
          placeholder={input.example}
          onChange={(event) => change(event.target.value)}
        />
      )}
      {input.kind === "log" && <LogNumberInput {...shared} onText={change} />}
      {input.kind === "number" && (
        // Text and not type="number": that would silently drop what it can't read, and people could not see what is wrong.
        <input
          {...shared}
          type="text"
          inputMode="decimal"
          autoComplete="off"
          onChange={(event) => change(event.target.value)}
          onKeyDown={(event) => {
            const direction = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
            const value = Number(form.values[name]);
            if (direction === 0 || !Number.isFinite(value)) return;
            event.preventDefault();
            change(String(Number(Math.max(0, value + direction * input.step).toPrecision(12))));
          }}
        />
      )}
    </Field>
  );
}
