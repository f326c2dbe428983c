/** @file Between what people type (text) and the one schema. Text stays as it was typed until it is sent. */
import { ALL_LINEAR, fieldErrorsOf, RunConfig } from "@/lib/contracts/run-config";
import { RunDetailsChange } from "@/lib/contracts/run-details";
import { FIELD_SPECS, type FieldKey } from "./field-specs";
import { readSetting, writeSetting } from "./setting-text";

export type TextKey = FieldKey | "model_type" | "dataset_name";
/** Target modules are names, or one pattern. */
export type FormValues = Record<TextKey, string> & { name: string; target_modules: RunConfig["target_modules"] };
export type FieldErrors = Record<string, string[]>;

/** LoRA learns little at the schema's 2e-5, which is for full fine-tuning; the form starts where LoRA usually works. */
const LORA_LEARNING_RATE = 2e-4;

const kindOf = (key: string) => FIELD_SPECS[key as FieldKey]?.input;

export function valuesOf(config: RunConfig, name = ""): FormValues {
  const entries = Object.entries(config).map(([key, value]) => {
    const kind = kindOf(key);
    return [key, kind ? writeSetting(value, kind) : value];
  });
  return { ...(Object.fromEntries(entries) as Omit<FormValues, "name">), name };
}

export function startValues(modelId: string, datasetName: string): FormValues {
  const config = RunConfig.parse({
    model_type: modelId || "?",
    dataset_name: datasetName || "?",
    learning_rate: LORA_LEARNING_RATE,
    target_modules: [ALL_LINEAR],
  });
  return { ...valuesOf(config), model_type: modelId, dataset_name: datasetName };
}

/** What is sent: text that is not what its field wants goes as text, which the schema then refuses. */
export function inputOf(values: FormValues): Record<string, unknown> {
  const { name: _, ...settings } = values;
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => {
      const kind = kindOf(key);
      return [key, kind && typeof value === "string" ? readSetting(value, kind) : value];
    }),
  );
}

/** The configuration, or null, and every problem at once by field. */
export function checkValues(values: FormValues): { config: RunConfig | null; errors: FieldErrors } {
  const input = inputOf(values);
  const result = RunConfig.safeParse(input);
  const details = values.name.trim() === "" ? null : RunDetailsChange.safeParse({ name: values.name });
  const nameErrors = details?.error ? fieldErrorsOf(details.error) : {};
  if (result.success) return { config: result.data, errors: nameErrors };
  const errors = { ...fieldErrorsOf(result.error), ...nameErrors };
  for (const key of Object.keys(errors)) {
    const kind = kindOf(key)?.kind;
    if ((kind !== "number" && kind !== "log") || typeof input[key] !== "string") continue;
    errors[key] = [input[key] === "" ? "needs a number" : "is not a number; write it like 16, 0.05 or 2e-4"];
  }
  return { config: null, errors };
}

/** The next value of 1, 2, 5, 10 … up or down, whatever was typed: 3e-4 ↑ 5e-4, 3e-4 ↓ 2e-4. */
export function stepLogarithmically(value: number, direction: 1 | -1): number {
  if (!(value > 0)) return direction === 1 ? 1e-6 : value;
  const exponent = Math.floor(Math.log10(value) + 1e-9);
  const ladder = [-1, 0, 1].flatMap((offset) => [1, 2, 5].map((digit) => Number(`${digit}e${exponent + offset}`)));
  const further =
    direction === 1
      ? ladder.filter((rung) => rung > value * (1 + 1e-9))
      : ladder.filter((rung) => rung < value * (1 - 1e-9));
  return (direction === 1 ? further[0] : further.at(-1)) ?? value;
}
