/**
 * @file The fast path: byte-level BPE, the kind of tokenizer that code models have. Ids are those of Python's
 * `tokenizers` library. Words repeat, so a cache of whole words does most of the work.
 */
import { AppError } from "@/lib/errors";
import { BYTE_CHARS, findBytesOf } from "./byte-level";
import { BytePairEncoder } from "./byte-pair-encoder";
import { compileSplitPattern, type SplitPattern } from "./compile-split-pattern";
import { createTokenText } from "./create-token-text";
import type { EncodeOptions, TokenizerCore } from "./tokenizer";
import type { TokenizerComponent, TokenizerFile } from "./tokenizer-file";

/** The pattern built into the ByteLevel pre-tokenizer, from GPT-2. */
const GPT2_PATTERN = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
const DIGITS_PATTERN = "\\p{N}+";
const SINGLE_DIGITS_PATTERN = "\\p{N}";

const MAX_CACHED_WORDS = 100_000;
const MAX_CACHED_WORD_CHARS = 64;

/**
 * The tokenizer, or null when the file is of another kind (then the library serves it).
 * Errors: `invalid_input` when the file is byte-level BPE but contradicts itself.
 */
export function findByteLevelTokenizer(file: TokenizerFile, fileName: string): TokenizerCore | null {
  const patterns = findPatterns(file, fileName);
  if (patterns === null || file.merges === null || !isPlainBpe(file)) return null;

  const idOf = new Map(file.vocabulary);
  const bytesOf: (Uint8Array | undefined)[] = [];
  for (const [token, id] of file.vocabulary) bytesOf[id] = findBytesOf(token) ?? Buffer.from(token);
  const idOfByte = new Int32Array(256);
  for (const [byte, char] of BYTE_CHARS.entries()) {
    const id = file.vocabulary.get(char);
    if (id === undefined) return null;
    idOfByte[byte] = id;
  }
  const encoder = new BytePairEncoder(resolveMerges(file.merges, file.vocabulary, fileName));
  for (const token of file.addedTokens) {
    idOf.set(token.content, token.id);
    bytesOf[token.id] = Buffer.from(token.content);
  }

  const normalize = file.normalizer === null ? null : (text: string) => text.normalize("NFC");
  const wholeWords = file.model.ignore_merges === true;
  const cache = new Map<string, number[]>();

  const encodeWord = (word: string): number[] => {
    const cached = cache.get(word);
    if (cached !== undefined) return cached;
    const bytes = Buffer.from(word);
    const whole = wholeWords ? file.vocabulary.get(toByteChars(bytes)) : undefined;
    let ids: number[];
    if (whole !== undefined) {
      ids = [whole];
    } else {
      const symbols = new Int32Array(bytes.length);
      for (let i = 0; i < bytes.length; i++) symbols[i] = idOfByte[bytes[i] as number] as number;
      ids = Array.from(symbols.subarray(0, encoder.merge(symbols)));
    }
    if (word.length <= MAX_CACHED_WORD_CHARS) {
      if (cache.size >= MAX_CACHED_WORDS) cache.clear();
      // A slice keeps its whole text alive; a key that stays is copied.
      cache.set(word.length < 13 ? word : Buffer.from(word, "utf16le").toString("utf16le"), ids);
    }
    return ids;
  };
  const encodePlain = (text: string, out: number[]): void => {
    eachWord(patterns, text, (word) => {
      const ids = encodeWord(word);
      for (let i = 0; i < ids.length; i++) out.push(ids[i] as number);
    });
  };

  const splitters = createAddedTokenSplitters(file, normalize);
  const encode = (text: string, { specialTokens = "parse" }: EncodeOptions = {}): number[] => {
    const out: number[] = [];
    const splitter = splitters[specialTokens];
    splitAround(splitter.raw, text, idOf, out, (part) => {
      if (normalize === null) encodePlain(part, out);
      else
        splitAround(splitter.normalized, normalize(part), splitter.normalizedIds, out, (rest) =>
          encodePlain(rest, out),
        );
    });
    return out;
  };
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return {
    encode,
    decode: (ids) =>
      decoder.decode(Buffer.concat(Array.from(ids, (id) => bytesOf[id]).filter((bytes) => bytes !== undefined))),
    tokenText: createTokenText((id) => bytesOf[id] ?? null),
    findId: (token) => idOf.get(token) ?? null,
    vocabularySize: bytesOf.length,
  };
}

/** One pattern for each step of the pre-tokenizer, or null when a step is of a kind not handled here. */
function findPatterns(file: TokenizerFile, fileName: string): RegExp[] | null {
  const steps = listSteps(file.pre_tokenizer);
  const last = steps?.at(-1);
  if (steps === null || last?.type !== "ByteLevel" || last.add_prefix_space === true) return null;
  const patterns: RegExp[] = [];
  for (const step of steps.slice(0, -1)) {
    if (step.type === "Digits") {
      patterns.push(
        compileSplitPattern(
          { Regex: step.individual_digits === true ? SINGLE_DIGITS_PATTERN : DIGITS_PATTERN },
          fileName,
        ),
      );
    } else if (
      step.type === "Split" &&
      step.behavior === "Isolated" &&
      step.invert !== true &&
      isPattern(step.pattern)
    ) {
      patterns.push(compileSplitPattern(step.pattern, fileName));
    } else {
      return null;
    }
  }
  if (last.use_regex !== false) patterns.push(compileSplitPattern({ Regex: GPT2_PATTERN }, fileName));
  return patterns;
}

function listSteps(component: TokenizerComponent): NonNullable<TokenizerComponent>[] | null {
  if (component === null) return null;
  if (component.type !== "Sequence") return [component];
  if (!Array.isArray(component.pretokenizers)) return null;
  const steps: unknown[] = component.pretokenizers;
  return steps.every(isComponent) ? steps : null;
}

const isComponent = (value: unknown): value is NonNullable<TokenizerComponent> =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";

function isPattern(value: unknown): value is SplitPattern {
  if (typeof value !== "object" || value === null) return false;
  return (
    ("Regex" in value && typeof value.Regex === "string") || ("String" in value && typeof value.String === "string")
  );
}

function isPlainBpe({ model, normalizer, decoder, addedTokens }: TokenizerFile): boolean {
  const isUnset = (value: unknown) =>
    value === undefined || value === null || value === "" || value === 0 || value === false;
  return (
    (model.type === "BPE" || model.type === undefined) &&
    [model.dropout, model.continuing_subword_prefix, model.end_of_word_suffix, model.byte_fallback].every(isUnset) &&
    (normalizer === null || normalizer.type === "NFC") &&
    decoder?.type === "ByteLevel" &&
    addedTokens.every((token) => !token.single_word && !token.lstrip && !token.rstrip)
  );
}

function resolveMerges(
  merges: [string, string][],
  vocabulary: Map<string, number>,
  fileName: string,
): [number, number, number][] {
  return merges.map(([left, right], rank) => {
    const row = [vocabulary.get(left), vocabulary.get(right), vocabulary.get(left + right)];
    if (row.includes(undefined)) {
      throw new AppError(
        "invalid_input",
        `${fileName} has a merge (number ${rank}) whose tokens are not in its vocabulary.`,
      );
    }
    return row as [number, number, number];
  });
}

function toByteChars(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += BYTE_CHARS[byte];
  return text;
}

/** Calls `visit` with each word. Words between two matches of a pattern are words too. */
function eachWord(patterns: readonly RegExp[], text: string, visit: (word: string) => void, step = 0): void {
  const pattern = patterns[step];
  if (pattern === undefined) {
    if (text !== "") visit(text);
    return;
  }
  const isLast = step === patterns.length - 1;
  let end = 0;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const word = match[0];
    if (match.index > end) eachWord(patterns, text.slice(end, match.index), visit, step + 1);
    end = match.index + word.length;
    if (word === "") pattern.lastIndex += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
    else if (isLast) visit(word);
    else eachWord(patterns, word, visit, step + 1);
  }
  if (end < text.length) eachWord(patterns, text.slice(end), visit, step + 1);
}

interface AddedTokenSplitter {
  /** Tokens looked for in the text as it is. */
  raw: RegExp | null;
  /** Tokens looked for after normalization. */
  normalized: RegExp | null;
  normalizedIds: Map<string, number>;
}

function createAddedTokenSplitters(
  file: TokenizerFile,
  normalize: ((text: string) => string) | null,
): Record<NonNullable<EncodeOptions["specialTokens"]>, AddedTokenSplitter> {
  const create = (tokens: TokenizerFile["addedTokens"]): AddedTokenSplitter => {
    const isLate = (token: (typeof tokens)[number]) => normalize !== null && (token.normalized ?? !token.special);
    const late = tokens.filter(isLate).map((token) => [normalize?.(token.content) ?? token.content, token.id] as const);
    return {
      raw: matchAny(tokens.filter((token) => !isLate(token)).map((token) => token.content)),
      normalized: matchAny(late.map(([content]) => content)),
      normalizedIds: new Map(late),
    };
  };
  return { parse: create(file.addedTokens), text: create(file.addedTokens.filter((token) => !token.special)) };
}

/** Longest first, so that of two tokens at one place the longer is found. */
function matchAny(contents: string[]): RegExp | null {
  if (contents.length === 0) return null;
  const sorted = [...contents].sort((a, b) => b.length - a.length);
  return new RegExp(sorted.map((content) => content.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")).join("|"), "g");
}

function splitAround(
  pattern: RegExp | null,
  text: string,
  ids: ReadonlyMap<string, number>,
  out: number[],
  between: (part: string) => void,
): void {
  if (pattern === null) {
    between(text);
    return;
  }
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > end) between(text.slice(end, match.index));
    out.push(ids.get(match[0]) as number);
    end = match.index + match[0].length;
  }
  if (end < text.length) between(end === 0 ? text : text.slice(end));
}
