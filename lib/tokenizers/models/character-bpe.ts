/**
 * @file BPE over characters, as SentencePiece makes it (Llama 2, Gemma, Mistral): a character without a token is written
 * as its UTF-8 bytes, `<0xE2>` …, or is unknown. Their words are whole texts, so merging goes by a heap.
 */
import { BytePairEncoder } from "../byte-pair-encoder";
import type { TokenizerFile } from "../tokenizer-file";
import { resolveMerges } from "./resolve-merges";
import type { WordEncoder } from "./word-encoder";

/** Undefined where an option is set that is not handled here. */
export function findCharacterBpe(file: TokenizerFile, fileName: string): WordEncoder | undefined {
  const { vocabulary, merges, model } = file;
  if (merges === null) return undefined;
  const unknown = typeof model["unk_token"] === "string" ? vocabulary.get(model["unk_token"]) : undefined;
  const isFused = model["fuse_unk"] === true;
  const isWhole = model["ignore_merges"] === true;
  const byteIds = model["byte_fallback"] === true ? listByteIds(vocabulary) : null;
  const encoder = new BytePairEncoder(resolveMerges(merges, vocabulary, fileName));
  return (word) => {
    const whole = isWhole ? vocabulary.get(word) : undefined;
    if (whole !== undefined) return [whole];
    // A character has at most three bytes for each of its code units.
    const symbols = new Int32Array(byteIds === null ? word.length : word.length * 3);
    let size = 0;
    let wasUnknown = false;
    for (const char of word) {
      const id = vocabulary.get(char);
      const bytes = id === undefined && byteIds !== null ? Array.from(Buffer.from(char), (byte) => byteIds[byte]) : [];
      if (id !== undefined) {
        symbols[size++] = id;
        wasUnknown = false;
      } else if (bytes.length > 0 && !bytes.includes(undefined)) {
        for (const byte of bytes) symbols[size++] = byte as number;
        wasUnknown = false;
      } else if (unknown !== undefined) {
        if (!(isFused && wasUnknown)) symbols[size++] = unknown;
        wasUnknown = true;
      }
    }
    const used = symbols.subarray(0, size);
    return Array.from(used.subarray(0, encoder.merge(used)));
  };
}

/** Ids of `<0x00>` … `<0xFF>`. */
export function listByteIds(vocabulary: ReadonlyMap<string, number>): (number | undefined)[] {
  return Array.from({ length: 256 }, (_, byte) =>
    vocabulary.get(`<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`),
  );
}
