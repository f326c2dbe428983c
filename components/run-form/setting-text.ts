/** @file Settings as people type them, and back: every kind of field has one form of text. */
import type { FieldKind } from "./field-specs";

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Written so that it reads back as the same number, with every digit. */
export const textOf = (value: number): string =>
  value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential() : String(value);

/** A number where the text is one, else the text itself, which the schema then refuses. */
const numberOf = (text: string): number | string => (NUMBER.test(text) ? Number(text) : text);

const partsOf = (text: string): string[] =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");

/** "/…/" → what is between the slashes; null for anything else. */
export const patternOf = (text: string): string | null => /^\/(.*)\/$/s.exec(text)?.[1] ?? null;

/** Names are patterns, which may hold commas and "="; numbers may not. Null when something is left over. */
function readTable(text: string): Record<string, number | string> | null {
  const entries = [...text.matchAll(/\s*(.+?)\s*=\s*([^,=(){}[\]]*?)\s*(?:,|$)/gy)];
  const length = entries.reduce((sum, [whole]) => sum + whole.length, 0);
  if (length !== text.length) return null;
  return Object.fromEntries(entries.map(([, name, number]) => [name, numberOf(number as string)]));
}

export function writeSetting(value: unknown, { kind }: FieldKind): string {
  if (typeof value === "number") return textOf(value);
  if (kind === "names" && typeof value === "string") return `/${value}/`;
  if (Array.isArray(value)) return value.join(", ");
  if (typeof value === "object" && value !== null)
    return Object.entries(value)
      .map(([name, number]) => `${name}=${typeof number === "number" ? textOf(number) : String(number)}`)
      .join(", ");
  return String(value);
}

/** What is sent to the schema; text that is not what the field wants stays text, so that the schema refuses it. */
export function readSetting(typed: string, field: FieldKind): unknown {
  const text = typed.trim();
  switch (field.kind) {
    case "number":
    case "log":
      return numberOf(text);
    case "switch":
      return text === "true" ? true : text === "false" ? false : text;
    case "names":
      return (field.mayBePattern && patternOf(text)) ?? partsOf(text);
    case "numbers":
      return partsOf(text).map(numberOf);
    case "table":
      return readTable(text) ?? text;
    case "select":
    case "text":
      return text;
  }
}
