/** @file Hashes of runs of words, for finding a benchmark's tasks in a text however it is laid out. */

/**
 * Words in a run. GPT-3 looked for 13 (Brown et al. 2020, appendix C), the tasks of MBPP are often only 12 words long.
 */
export const GRAM_WORDS = 10;

/** Runs of digits and single letters ("0 1 2 3 …") are in every other table. */
const MIN_CHARS = 30;

const ring = new Uint32Array(GRAM_WORDS);
const lengths = new Uint32Array(GRAM_WORDS);

/** Calls `use` with the 32-bit hash of every run of words that has 30 characters or more. Words are letters, digits and underscores, in lower case. */
export function eachWordGram(text: string, use: (hash: number) => void): void {
  let words = 0;
  let word = 0;
  let length = 0;
  let chars = 0;
  const push = () => {
    const at = words % GRAM_WORDS;
    chars += length - (words >= GRAM_WORDS ? (lengths[at] as number) : 0);
    ring[at] = word;
    lengths[at] = length;
    word = 0;
    length = 0;
    if (++words < GRAM_WORDS || chars < MIN_CHARS) return;
    let h = 0x811c9dc5;
    for (let i = 0; i < GRAM_WORDS; i++) {
      h = Math.imul(h ^ (ring[(words + i) % GRAM_WORDS] as number), 0x01000193);
      h ^= h >>> 15;
    }
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    use((h ^ (h >>> 13)) >>> 0);
  };
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code >= 65 && code <= 90) code += 32;
    if ((code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code === 95 || code > 127) {
      word = (Math.imul(word ^ code, 0x01000193) + 0x9e3779b9) >>> 0 || 1;
      length++;
    } else if (word !== 0) push();
  }
  if (word !== 0) push();
}
