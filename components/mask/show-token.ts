/** @file Tokens made visible: what would be blank on screen gets a sign. */

export interface ShownToken {
  text: string;
  /** Line breaks in the token: the view breaks the line after it. */
  breaksLine: boolean;
}

/** A line break as ↵, a tab as ⇥, each space as ·; other control characters by their code. */
export function showToken(text: string): ShownToken {
  const shown = text
    .replaceAll("\r", "␍")
    .replaceAll("\n", "↵")
    .replaceAll("\t", "⇥")
    .replaceAll(" ", "·")
    .replace(/[\p{Cc}\p{Cf}\p{Z}]/gu, (character) => `<${character.codePointAt(0)?.toString(16).padStart(2, "0")}>`);
  return { text: shown === "" ? "∅" : shown, breaksLine: text.includes("\n") };
}
