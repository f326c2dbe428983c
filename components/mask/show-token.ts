/** @file Tokens made visible: what would be blank on screen gets a sign. */

/**
 * A line break as ↵, a tab as ⇥, each space as ·; other characters that can't be seen by their code.
 * One entry for each line that the token touches, never an empty token.
 */
export function showToken(text: string): string[] {
  if (text === "") return ["∅"];
  const shown = text
    .replaceAll("\r", "␍")
    .replaceAll("\t", "⇥")
    .replaceAll(" ", "·")
    .replaceAll(/[\p{Cc}\p{Cf}\p{Z}]/gu, (character) =>
      character === "\n" ? "↵\n" : `<${character.codePointAt(0)?.toString(16).padStart(2, "0")}>`,
    );
  return shown.split("\n");
}
