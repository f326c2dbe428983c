import type { Command } from "commander";
import type { ColumnMapping } from "@/lib/contracts/columns";
import { AppError } from "@/lib/errors";

export interface ColumnOptions {
  text?: string;
  prompt?: string;
  completion?: string;
  messages?: string;
  language?: string;
}

/** The options that say what the columns of a table are. */
export const addColumnOptions = (command: Command): Command =>
  command
    .option("--text <column>", "column whose text is learned")
    .option("--prompt <column>", "column of the prompt, with --completion")
    .option("--completion <column>", "column of the completion, with --prompt")
    .option("--messages <column>", "column with conversations")
    .option("--language <column>", "column with the language's name");

/** Null when none was given. Throws AppError `invalid_input` for options that do not go together. */
export function columnsOf({ text, prompt, completion, messages, language }: ColumnOptions): ColumnMapping | null {
  const tongue = language === undefined ? {} : { language };
  const kinds = [text, messages, prompt ?? completion].filter((column) => column !== undefined).length;
  if (kinds > 1 || (prompt === undefined) !== (completion === undefined))
    throw new AppError("invalid_input", "Give either --text, or --prompt and --completion, or --messages.");
  if (text !== undefined) return { kind: "text", text, ...tongue };
  if (messages !== undefined) return { kind: "messages", messages, ...tongue };
  return prompt === undefined || completion === undefined
    ? null
    : { kind: "completion", prompt, completion, ...tongue };
}
