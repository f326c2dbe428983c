/** @file The row formats of a JSONL file. More formats (chat messages …) become more members of `Row`. */
import { z } from "zod";
import type { DatasetDocument } from "@/lib/contracts/dataset";

const language = z
  .string()
  .trim()
  .toLowerCase()
  .max(40)
  .transform((name) => (/^[a-z0-9+#._-]+$/.test(name) ? name : "text"))
  .catch("text")
  .default("text");

const TextRow = z.looseObject({ text: z.string(), language });
const CompletionRow = z.looseObject({ prompt: z.string(), completion: z.string(), language });

export type RowResult = { document: Omit<DatasetDocument, "name"> } | { skip: string; change: string };

/** One parsed line as a document, or why not and what to change. */
export function parseJsonlRow(value: unknown): RowResult {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { skip: "no object", change: 'write a JSON object such as {"text": "…"}' };
  }
  const has = (key: string) => Object.hasOwn(value, key);
  if (has("text") && (has("prompt") || has("completion"))) {
    return { skip: "wrong fields", change: "use either text, or prompt and completion, not both" };
  }
  if (has("text")) {
    const row = TextRow.safeParse(value);
    if (!row.success) return { skip: "wrong fields", change: "text must be a string" };
    if (row.data.text.trim() === "")
      return { skip: "empty", change: "text is empty: give it a text or remove the line" };
    return { document: { language: row.data.language, text: row.data.text } };
  }
  if (!has("prompt") || !has("completion")) {
    const missing = has("prompt")
      ? "completion is missing"
      : has("completion")
        ? "prompt is missing"
        : "it has neither text nor prompt and completion";
    return { skip: "wrong fields", change: `${missing}: add the field, as a string` };
  }
  const row = CompletionRow.safeParse(value);
  if (!row.success) return { skip: "wrong fields", change: "prompt and completion must be strings" };
  if (row.data.completion.trim() === "") {
    return { skip: "empty", change: "completion is empty, so there is nothing to learn: fill it or remove the line" };
  }
  return { document: { language: row.data.language, prompt: row.data.prompt, text: row.data.completion } };
}
