/**
 * @file Text that both databases hold and give back unchanged. Postgres refuses NUL (U+0000), and half of a surrogate pair
 * has no form in UTF-8; SQLite would take them and cut the text, or change it. So neither database gets them: names
 * refuse them (`isStorableText`), text that comes from data has U+FFFD in their place (every text and JSON column).
 */

const REPLACEMENT = "\ufffd";
/** Of a string: with the flag u, a whole pair is one character and no surrogate. */
const UNSTORABLE = /[\0\p{Surrogate}]/gu;
/** An escape in JSON; only NUL and half pairs are longer than the backslash and a letter here. */
const JSON_ESCAPE = /\\(u0000|ud[89a-f][0-9a-f]{2}|.)/g;

/** What names and ids say to such characters; no keyboard makes them. */
export const UNSTORABLE_MESSAGE =
  "has characters that are no text (NUL or half a surrogate pair); write it without them";

export const isStorableText = (text: string): boolean => text.search(UNSTORABLE) === -1;

export const toStorableText = (text: string): string => text.replace(UNSTORABLE, REPLACEMENT);

/** JSON of a value, with keys and texts that can be stored. `JSON.stringify` escapes exactly what has to go. */
export function toStorableJson(value: unknown): string {
  const json = JSON.stringify(value);
  return json.includes("\\u")
    ? json.replace(JSON_ESCAPE, (found, code: string) => (code.length > 1 ? REPLACEMENT : found))
    : json;
}
