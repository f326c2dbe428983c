/** @file Byte-level BPE, the kind of model that most code models have. */
import { BYTE_CHARS } from "../byte-level";
import { BytePairEncoder } from "../byte-pair-encoder";
import type { TokenizerFile } from "../tokenizer-file";
import { resolveMerges } from "./resolve-merges";
import type { WordEncoder } from "./word-encoder";

/** Undefined where a byte has no token, or an option is set that is not handled here. */
export function findByteBpe(file: TokenizerFile, fileName: string): WordEncoder | undefined {
  const { vocabulary, merges, model } = file;
  if (merges === null) return undefined;
  const idOfByte = new Int32Array(256);
  for (const [byte, char] of BYTE_CHARS.entries()) {
    const id = vocabulary.get(char);
    if (id === undefined) return undefined;
    idOfByte[byte] = id;
  }
  const encoder = new BytePairEncoder(resolveMerges(merges, vocabulary, fileName));
  const wholeWords = model["ignore_merges"] === true;
  return (word) => {
    const bytes = Buffer.from(word);
    const whole = wholeWords ? vocabulary.get(toByteChars(bytes)) : undefined;
    if (whole !== undefined) return [whole];
    const symbols = new Int32Array(bytes.length);
    for (let i = 0; i < bytes.length; i++) symbols[i] = idOfByte[bytes[i] as number] as number;
    return Array.from(symbols.subarray(0, encoder.merge(symbols)));
  };
}

function toByteChars(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += BYTE_CHARS[byte];
  return text;
}
