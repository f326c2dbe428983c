/** @file Which columns of a table become what of a document. One mechanism for the Hub's datasets and for uploaded files. */
import { z } from "zod";

const column = z.string().min(1, "choose a column").max(255);

export const ColumnMapping = z.discriminatedUnion("kind", [
  /** All of the column gets loss. */
  z.strictObject({ kind: z.literal("text"), text: column, language: column.optional() }),
  /** Only the completion gets loss; the prompt comes before it. */
  z.strictObject({ kind: z.literal("completion"), prompt: column, completion: column, language: column.optional() }),
  /** Conversations: a list of records of role and content; the model's template writes them. */
  z.strictObject({ kind: z.literal("messages"), messages: column, language: column.optional() }),
]);
export type ColumnMapping = z.infer<typeof ColumnMapping>;

/** In words: "text from content", "prompt from instruction, completion from output", "conversations from messages". */
export function describeColumns(mapping: ColumnMapping): string {
  const language = mapping.language === undefined ? "" : `, language from ${mapping.language}`;
  if (mapping.kind === "text") return `text from ${mapping.text}${language}`;
  return mapping.kind === "messages"
    ? `conversations from ${mapping.messages}${language}`
    : `prompt from ${mapping.prompt}, completion from ${mapping.completion}${language}`;
}
