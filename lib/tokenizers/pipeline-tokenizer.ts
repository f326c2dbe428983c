/**
 * @file A tokenizer from its file's parts: added tokens, normalizer, pre-tokenizer, model, decoder. Ids are those of
 * Python's `tokenizers` library. Words repeat, so a cache of whole words does most of the work.
 */
import { toUSVString } from "node:util";
import { createAddedTokenSplitters } from "./added-tokens";
import { findBytesOf } from "./byte-level";
import { compileDecoder } from "./compile-decoder";
import { compileNormalizer } from "./compile-normalizer";
import { compilePreTokenizer } from "./compile-pre-tokenizer";
import { createTokenText } from "./create-token-text";
import { findByteBpe } from "./models/byte-bpe";
import { findCharacterBpe } from "./models/character-bpe";
import { findUnigram } from "./models/unigram";
import type { WordEncoder } from "./models/word-encoder";
import { findWordPiece } from "./models/word-piece";
import type { EncodeOptions, TokenizerCore } from "./tokenizer";
import type { TokenizerFile } from "./tokenizer-file";

const MAX_CACHED_WORDS = 100_000;
const MAX_CACHED_WORD_CHARS = 64;

/**
 * The tokenizer, or null when a part of the file is of a kind not handled here (then the library serves it).
 * Errors: `invalid_input` when the file contradicts itself.
 */
export function findPipelineTokenizer(file: TokenizerFile, fileName: string): TokenizerCore | null {
  const preTokenizer = compilePreTokenizer(file.pre_tokenizer, fileName);
  const normalize = compileNormalizer(file.normalizer, fileName);
  if (preTokenizer === undefined || normalize === undefined) return null;
  const { isByteLevel } = preTokenizer;
  const encodeNew = findModel(file, isByteLevel, fileName);
  const decode =
    isByteLevel === (file.decoder?.type === "ByteLevel") ? createDecoder(file, isByteLevel, fileName) : null;
  if (encodeNew === undefined || decode === null) return null;

  const idOf = new Map(file.vocabulary);
  for (const token of file.addedTokens) idOf.set(token.content, token.id);
  const encodeWord = withCache(encodeNew);
  const splitters = createAddedTokenSplitters(file.addedTokens, normalize);
  const encode = (text: string, { specialTokens = "parse" }: EncodeOptions = {}): number[] => {
    const out: number[] = [];
    const found = (id: number) => {
      out.push(id);
    };
    const words = (part: string, isFirst: boolean) =>
      preTokenizer.eachWord(
        part,
        (word) => {
          const ids = encodeWord(word);
          for (let i = 0; i < ids.length; i++) out.push(ids[i] as number);
        },
        isFirst,
      );
    const splitter = splitters[specialTokens];
    splitter.raw(toUSVString(text), true, found, (part, isFirst) =>
      splitter.normalized(normalize === null ? part : normalize(part), isFirst, found, words),
    );
    return out;
  };
  return { encode, findId: (token) => idOf.get(token) ?? null, ...decode };
}

function findModel(file: TokenizerFile, isByteLevel: boolean, fileName: string): WordEncoder | undefined {
  const { model } = file;
  if (model.type === "WordPiece") return isByteLevel ? undefined : findWordPiece(file);
  if (model.type === "Unigram") return isByteLevel ? undefined : findUnigram(file);
  const isUnset = (value: unknown) =>
    value === undefined || value === null || value === "" || value === 0 || value === false;
  if (![model["dropout"], model["continuing_subword_prefix"], model["end_of_word_suffix"]].every(isUnset)) return;
  if (!isByteLevel) return findCharacterBpe(file, fileName);
  return isUnset(model["byte_fallback"]) ? findByteBpe(file, fileName) : undefined;
}

type Decoding = Pick<TokenizerCore, "decode" | "tokenText" | "vocabularySize">;

function createDecoder(file: TokenizerFile, isByteLevel: boolean, fileName: string): Decoding | null {
  const tokens: (string | undefined)[] = [];
  for (const [token, id] of file.vocabulary) tokens[id] = token;
  for (const { id, content } of file.addedTokens) tokens[id] = content;
  if (!isByteLevel) {
    const decode = compileDecoder(file.decoder, fileName);
    if (decode === undefined) return null;
    return {
      decode: (ids) => decode(Array.from(ids, (id) => tokens[id]).filter((token) => token !== undefined)),
      tokenText: (id) => tokens[id]?.replaceAll("▁", " ") ?? `<id ${id}>`,
      vocabularySize: tokens.length,
    };
  }
  const bytesOf: (Uint8Array | undefined)[] = [];
  for (const [token, id] of file.vocabulary) bytesOf[id] = findBytesOf(token) ?? Buffer.from(token);
  for (const { id, content } of file.addedTokens) bytesOf[id] = Buffer.from(content);
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return {
    decode: (ids) =>
      decoder.decode(Buffer.concat(Array.from(ids, (id) => bytesOf[id]).filter((bytes) => bytes !== undefined))),
    tokenText: createTokenText((id) => bytesOf[id] ?? null),
    vocabularySize: tokens.length,
  };
}

function withCache(encode: WordEncoder): WordEncoder {
  const cache = new Map<string, readonly number[]>();
  return (word) => {
    if (word.length > MAX_CACHED_WORD_CHARS) return encode(word);
    const cached = cache.get(word);
    if (cached !== undefined) return cached;
    const ids = encode(word);
    if (cache.size >= MAX_CACHED_WORDS) cache.clear();
    // A slice keeps its whole text alive; a key that stays is copied.
    cache.set(word.length < 13 ? word : Buffer.from(word, "utf16le").toString("utf16le"), ids);
    return ids;
  };
}
