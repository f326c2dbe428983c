/** @file Where the middle lies: [start, end) in UTF-16 units, never empty. */
import { isBorder } from "./is-border";

export type Span = readonly [start: number, end: number];

/** Two different borders, each pair as likely as any other (Bavarian et al. 2022, §3). Null for a text without two. */
export function chooseCharacterSpan(text: string, random: () => number): Span | null {
  if (text.length === 0) return null;
  const draw = (): number => {
    let at = Math.floor(random() * (text.length + 1));
    // To the next place where a character ends: never inside a surrogate pair, a CRLF, or before a combining mark.
    while (!isBorder(text, at)) at++;
    return at;
  };
  for (let attempt = 0; attempt < 16; attempt++) {
    const [a, b] = [draw(), draw()];
    if (a !== b) return a < b ? [a, b] : [b, a];
  }
  return [0, text.length];
}

/** Whole lines: two different ones among the beginnings of lines and the text's end. Null for a text of one line. */
export function chooseLineSpan(text: string, random: () => number): Span | null {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1 && at + 1 < text.length; at = text.indexOf("\n", at + 1))
    starts.push(at + 1);
  starts.push(text.length);
  if (starts.length < 3) return null;
  const first = Math.floor(random() * starts.length);
  let second = Math.floor(random() * (starts.length - 1));
  if (second >= first) second++;
  const [a, b] = [starts[first] as number, starts[second] as number];
  return a < b ? [a, b] : [b, a];
}
