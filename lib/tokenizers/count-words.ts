import type { PreTokenizer } from "./compile-pre-tokenizer";

/** Longer words are cut before training, so that one line of megabytes can't make every merge slow. */
const MAX_WORD_CHARS = 65_536;

/** Distinct words and how often each comes. `pause` is awaited between two texts. */
export async function countWords(
  texts: AsyncIterable<string> | Iterable<string>,
  { eachWord }: PreTokenizer,
  pause: () => Promise<boolean>,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const add = (word: string) => {
    const count = counts.get(word);
    // A slice keeps its whole text alive; a key that stays is copied.
    if (count === undefined) counts.set(word.length < 13 ? word : Buffer.from(word, "utf16le").toString("utf16le"), 1);
    else counts.set(word, count + 1);
  };
  for await (const text of texts) {
    eachWord(text, (word) => {
      if (word.length <= MAX_WORD_CHARS) add(word);
      else for (const part of cutWord(word)) add(part);
    });
    await pause();
  }
  return counts;
}

function* cutWord(word: string): Generator<string> {
  let start = 0;
  while (start < word.length) {
    let end = Math.min(word.length, start + MAX_WORD_CHARS);
    const last = word.charCodeAt(end - 1);
    if (end < word.length && last >= 0xd800 && last < 0xdc00) end--;
    yield word.slice(start, end);
    start = end;
  }
}
