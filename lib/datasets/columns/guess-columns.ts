/** @file A first idea of what a table's columns are, for a person to confirm. */
import type { ColumnMapping } from "@/lib/contracts/columns";

/** In order of how sure a name is. Names as published instruction and code datasets have them. */
const PAIRS: readonly (readonly [prompt: string, completion: string])[] = [
  ["prompt", "completion"],
  ["instruction", "output"],
  ["instruction", "response"],
  ["instruction", "completion"],
  ["prompt", "response"],
  ["prompt", "output"],
  ["question", "answer"],
  ["question", "response"],
  ["input", "output"],
  ["docstring", "code"],
  ["func_documentation_string", "func_code_string"],
  ["problem", "solution"],
  ["query", "response"],
];
const TEXTS = ["text", "content", "code", "whole_func_string", "func_code_string", "body", "source", "function"];
const CONVERSATIONS = ["messages", "conversations", "conversation", "chat"];
const LANGUAGES = ["language", "lang", "programming_language"];

/** Null when no column holds text. `columns`: their names with their types in words. */
export function guessColumns(columns: readonly { name: string; type: string }[]): ColumnMapping | null {
  const texts = columns.filter(({ type }) => type === "text").map(({ name }) => name);
  const find = (wanted: string) => texts.find((name) => name.toLowerCase() === wanted);
  const language = LANGUAGES.map(find).find((name) => name !== undefined);
  const conversation = columns.find(
    ({ name, type }) => CONVERSATIONS.includes(name.toLowerCase()) && /^list of record of/.test(type),
  );
  const tongue = language === undefined ? {} : { language };
  if (conversation !== undefined) return { kind: "messages", messages: conversation.name, ...tongue };
  for (const [first, second] of PAIRS) {
    const prompt = find(first);
    const completion = find(second);
    if (prompt !== undefined && completion !== undefined) return { kind: "completion", prompt, completion, ...tongue };
  }
  const text = TEXTS.map(find).find((name) => name !== undefined) ?? texts.find((name) => name !== language);
  return text === undefined ? null : { kind: "text", text, ...tongue };
}
