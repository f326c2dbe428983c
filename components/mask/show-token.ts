/** @file Tokens made visible: what would be blank on screen gets a sign. */

/**
 * A line break as ↵ and the break itself, a tab as ⇥, each space as ·; other characters that can't be seen by their code.
 * Never empty.
 */
export function showToken(text: string): string {
  if (text === "") return "∅";
  return text
    .replaceAll("\r", "␍")
    .replaceAll("\t", "⇥")
    .replaceAll(" ", "·")
    .replaceAll(/[\p{Cc}\p{Cf}\p{Z}]/gu, (character) =>
      character === "\n" ? "↵\n" : `<${character.codePointAt(0)?.toString(16).padStart(2, "0")}>`,
    );
}
