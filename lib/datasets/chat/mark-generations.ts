/** @file transformers' `{% generation %}` … `{% endgeneration %}`, which says what the assistant writes. */

/** Private-use characters; a conversation that has them is told apart by its length. */
const START = "\u{F5A00}";
const END = "\u{F5A01}";
const NAME = "__assistant_writes";
const TAG = /\{%(-?)\s*(end)?generation\s*(-?)%\}/g;
// The line break belongs to the tag (trim_blocks), so the template begins on a line of its own.
const MACRO = `{% macro ${NAME}() %}${START}{{ caller() }}${END}{% endmacro %}\n`;

export interface MarkedTemplate {
  source: string;
  /** @param marked what the source makes @param text the same without marks; null where they don't agree */
  spansOf(marked: string, text: string): (readonly [start: number, end: number])[] | null;
}

/** The template with marks around what it calls the assistant's, or null where it calls nothing so. */
export function markGenerations(source: string): MarkedTemplate | null {
  if (source.search(TAG) === -1) return null;
  const body = source.replace(TAG, (_, before: string, end: string | undefined, after: string) =>
    end === undefined ? `{%${before} call ${NAME}() ${after}%}` : `{%${before} endcall ${after}%}`,
  );
  return { source: MACRO + body, spansOf };
}

function spansOf(marked: string, text: string): (readonly [number, number])[] | null {
  const spans: [number, number][] = [];
  let at = 0;
  let from = 0;
  let plain = "";
  for (;;) {
    const start = marked.indexOf(START, from);
    if (start === -1) break;
    const end = marked.indexOf(END, start);
    if (end === -1) return null;
    plain += marked.slice(from, start);
    at = plain.length;
    plain += marked.slice(start + START.length, end);
    spans.push([at, plain.length]);
    from = end + END.length;
  }
  plain += marked.slice(from);
  return plain === text ? spans : null;
}
