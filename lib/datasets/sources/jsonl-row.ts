/** @file The row formats of a JSONL file: text, prompt and completion, Alpaca's instructions, conversations. */
import { z } from "zod";
import type { DatasetDocument } from "@/lib/contracts/dataset";
import { parseConversation } from "./parse-conversation";

const language = z
  .string()
  .trim()
  .toLowerCase()
  .max(40)
  .transform((name) => (/^[a-z0-9+#._-]+$/.test(name) ? name : "text"))
  .catch("text")
  .default("text");

const Language = z.looseObject({ language });
const TextRow = z.looseObject({ text: z.string() });
const CompletionRow = z.looseObject({ prompt: z.string(), completion: z.string() });
/** Alpaca's: `input` is what the instruction is about, and often empty. */
const InstructionRow = z.looseObject({ instruction: z.string(), input: z.string().nullish(), output: z.string() });

export type RowResult = { document: Omit<DatasetDocument, "name"> } | { skip: string; change: string };
export type RowContent = { content: Pick<DatasetDocument, "prompt" | "text" | "messages"> };
export type RowSkip = { skip: string; change: string };

interface RowFormat {
  /** A row that has any of these is of this format. */
  fields: readonly string[];
  /** For the sentence that says what may be there. */
  name: string;
  parse(row: object, has: (key: string) => boolean): RowContent | RowSkip;
}

const FORMATS: readonly RowFormat[] = [
  {
    fields: ["messages"],
    name: "messages",
    parse: (row) => parseConversation(Reflect.get(row, "messages"), "messages"),
  },
  {
    fields: ["conversations"],
    name: "conversations",
    parse: (row) => parseConversation(Reflect.get(row, "conversations"), "conversations"),
  },
  { fields: ["text"], name: "text", parse: parseText },
  { fields: ["instruction", "output"], name: "instruction and output", parse: parseInstruction },
  { fields: ["prompt", "completion"], name: "prompt and completion", parse: parseCompletion },
];

/** One parsed line as a document, or why not and what to change. */
export function parseJsonlRow(value: unknown): RowResult {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { skip: "no object", change: 'write a JSON object such as {"text": "…"}' };
  }
  const has = (key: string) => Object.hasOwn(value, key);
  // Rows of the Hub often have "prompt" beside their "messages", which hold it too.
  const isConversation = has("messages") || has("conversations");
  const [format, other] = FORMATS.filter(({ fields }) => fields.some(has));
  if (format === undefined)
    return { skip: "wrong fields", change: `it has none of ${FORMATS.map(({ name }) => name).join("; ")}: add one` };
  if (other !== undefined && !isConversation)
    return { skip: "wrong fields", change: `use either ${format.name}, or ${other.name}, not both` };
  const row = format.parse(value, has);
  if ("skip" in row) return row;
  return { document: { language: Language.parse(value).language, ...row.content } };
}

function parseText(value: object): RowContent | RowSkip {
  const row = TextRow.safeParse(value);
  if (!row.success) return { skip: "wrong fields", change: "text must be a string" };
  if (row.data.text.trim() === "") return { skip: "empty", change: "text is empty: give it a text or remove the line" };
  return { content: { text: row.data.text } };
}

function parseCompletion(value: object, has: (key: string) => boolean): RowContent | RowSkip {
  const missing = ["prompt", "completion"].find((key) => !has(key));
  if (missing) return { skip: "wrong fields", change: `${missing} is missing: add the field, as a string` };
  const row = CompletionRow.safeParse(value);
  if (!row.success) return { skip: "wrong fields", change: "prompt and completion must be strings" };
  const { prompt, completion } = row.data;
  return completion.trim() === "" ? emptyAnswer("completion") : { content: { prompt, text: completion } };
}

function parseInstruction(value: object, has: (key: string) => boolean): RowContent | RowSkip {
  const missing = ["instruction", "output"].find((key) => !has(key));
  if (missing) return { skip: "wrong fields", change: `${missing} is missing: add the field, as a string` };
  const row = InstructionRow.safeParse(value);
  if (!row.success) return { skip: "wrong fields", change: "instruction, input and output must be strings" };
  const { instruction, input, output } = row.data;
  if (output.trim() === "") return emptyAnswer("output");
  const asked = [instruction, input ?? ""].filter((part) => part.trim() !== "");
  return { content: { prompt: asked.map((part) => `${part}\n\n`).join(""), text: output } };
}

const emptyAnswer = (field: string): RowSkip => ({
  skip: "empty",
  change: `${field} is empty, so there is nothing to learn: fill it or remove the line`,
});
