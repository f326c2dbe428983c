/** @file Unicode normalization with the tables that Python's `tokenizers` has, which are those of Unicode 10. */

export type NormalForm = "NFC" | "NFD" | "NFKC" | "NFKD";

/**
 * Characters that later versions gave a decomposition or a combining class. The library does not know them, so nothing
 * moves across them; found by comparing with it every code point (tokenizers 0.23.3 against Unicode 17).
 */
const UNKNOWN_THERE =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: each combining mark is meant by itself
  /([\u07fd\u0897-\u089f\u08ca-\u08d3\u09fe\u0c3c\u0d3b-\u0d3c\u0eba\u1715\u1abf-\u1add\u1ae0-\u1aeb\u1df6-\u1dfa\u32ff\ua7f1-\ua7f4\ua82c\uab69\u{105c9}\u{105e4}\u{10781}-\u{10785}\u{10787}-\u{107b0}\u{107b2}-\u{107ba}\u{10d24}-\u{10d27}\u{10d69}-\u{10d6d}\u{10eab}-\u{10eac}\u{10efa}-\u{10efb}\u{10efd}-\u{10eff}\u{10f46}-\u{10f50}\u{10f82}-\u{10f85}\u{11070}\u{1133b}\u{11383}\u{11385}\u{1138e}\u{11391}\u{113c5}\u{113c7}-\u{113c8}\u{113ce}-\u{113d0}\u{1145e}\u{11839}-\u{1183a}\u{11938}\u{1193d}-\u{1193e}\u{11943}\u{119e0}\u{11a34}\u{11a47}\u{11a99}\u{11d42}\u{11d44}-\u{11d45}\u{11d97}\u{11f41}-\u{11f42}\u{16121}-\u{16128}\u{1612f}\u{16d68}-\u{16d6a}\u{16ff0}-\u{16ff1}\u{1ccd6}-\u{1ccf9}\u{1e030}-\u{1e06d}\u{1e08f}\u{1e130}-\u{1e136}\u{1e2ae}\u{1e2ec}-\u{1e2ef}\u{1e4ec}-\u{1e4ef}\u{1e5ee}-\u{1e5ef}\u{1e6e3}\u{1e6e6}\u{1e6ee}-\u{1e6ef}\u{1e6f5}\u{1f16c}\u{1fbf0}-\u{1fbf9}])/u;

export function normalizeUnicode(text: string, form: NormalForm): string {
  const normal = text.normalize(form);
  // What is normal by the newer tables is so by the older ones, unless one of these characters is there.
  if (!UNKNOWN_THERE.test(text)) return normal;
  return text
    .split(UNKNOWN_THERE)
    .map((part, index) => (index % 2 === 1 ? part : part.normalize(form)))
    .join("");
}

/** @param marks a class of combining marks, with the flags g and u */
export function removeMarks(text: string, marks: RegExp): string {
  return text.replaceAll(marks, (mark) => (UNKNOWN_THERE.test(mark) ? mark : ""));
}
