/** @file Between what people type (text) and the one schema. Text stays as it was typed until it is sent. */
import { ALL_LINEAR, fieldErrorsOf, RunConfig } from "@/lib/contracts/run-config";
import { FIELD_SPECS, type FieldKey } from "./field-specs";

export type TextKey = FieldKey | "model_type" | "dataset_name";
export type FormValues = Record<TextKey, string> & { name: string; target_modules: string[] };
export type FieldErrors = Record<string, string[]>;

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** LoRA learns little at the schema's 2e-5, which is for full fine-tuning; the form starts where LoRA usually works. */
const LORA_LEARNING_RATE = 2e-4;

/** Written so that it reads back as the same number, with every digit. */
export const textOf = (value: number): string =>
  value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential() : String(value);

export function valuesOf(config: RunConfig, name = ""): FormValues {
  const entries = Object.entries(config).map(([key, value]) => [
    key,
    typeof value === "number" ? textOf(value) : value,
  ]);
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

/** What is sent: numbers where the text is one, else the text itself, which the schema then refuses. */
export function inputOf(values: FormValues): Record<string, unknown> {
  const { name: _, ...settings } = values;
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => {
      const spec = FIELD_SPECS[key as FieldKey];
      if (spec === undefined || spec.input.kind === "select" || typeof value !== "string") return [key, value];
      const text = value.trim();
      return [key, NUMBER.test(text) ? Number(text) : text];
    }),
  );
}

/** The configuration, or every problem at once by field. */
export function checkValues(values: FormValues): { config: RunConfig | null; errors: FieldErrors } {
  const input = inputOf(values);
  const result = RunConfig.safeParse(input);
  if (result.success) return { config: result.data, errors: {} };
  const errors = fieldErrorsOf(result.error);
  for (const key of Object.keys(errors)) {
    const spec = FIELD_SPECS[key as FieldKey];
    if (spec === undefined || spec.input.kind === "select" || typeof input[key] !== "string") continue;
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
