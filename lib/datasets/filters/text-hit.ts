/** @file A place in a text that a filter has something against, and taking it out. */

export interface TextHit {
  /** What was found ("github-token", "email"). */
  rule: string;
  /** UTF-16 offsets, end excluded. */
  start: number;
  end: number;
}

/**
 * Puts a marker of letters and underscores in the place of every hit. Inside string literals, comments and as an
 * identifier that leaves the syntax as it was. Overlapping hits become one, named after the first.
 */
export function redact(text: string, hits: readonly TextHit[]): string {
  const sorted = hits.toSorted((a, b) => a.start - b.start || b.end - a.end);
  let result = "";
  let at = 0;
  for (const { rule, start, end } of sorted) {
    if (end <= at) continue;
    if (start >= at) result += `${text.slice(at, start)}REDACTED_${rule.toUpperCase().replace(/[^A-Z0-9]+/g, "_")}`;
    at = end;
  }
  return result + text.slice(at);
}
