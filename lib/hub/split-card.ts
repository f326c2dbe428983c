/** @file A card's two parts: YAML between two lines of `---`, and Markdown. */
import { parse } from "yaml";

const FRONT = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/;

/** A front matter that is no YAML counts as absent: a card is never the reason why a dataset can't be read. */
export function splitCard(card: string): { frontMatter: Record<string, unknown>; text: string } {
  const match = FRONT.exec(card);
  if (match === null) return { frontMatter: {}, text: card };
  return { frontMatter: parseFront(match[1] ?? ""), text: card.slice(match[0].length) };
}

function parseFront(text: string): Record<string, unknown> {
  try {
    // Aliases can unfold to gigabytes; a card needs none.
    const value: unknown = parse(text, { maxAliasCount: 0, logLevel: "error" });
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}
