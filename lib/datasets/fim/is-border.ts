const COMBINING = /^[\p{M}\u200d]/u;

/** May a text be cut before its unit `at`? Both sides keep their bytes, and no tokenizer's normalization joins them. */
export function isBorder(text: string, at: number): boolean {
  if (at <= 0 || at >= text.length) return true;
  const [before, after] = [text.charCodeAt(at - 1), text.charCodeAt(at)];
  if (after < 0x80) return !(before === 0x0d && after === 0x0a);
  if (after >= 0xdc00 && after <= 0xdfff && before >= 0xd800 && before <= 0xdbff) return false;
  return !COMBINING.test(String.fromCodePoint(text.codePointAt(at) as number));
}
