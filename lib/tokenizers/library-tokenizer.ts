/** @file Every other kind of tokenizer.json (SentencePiece-like BPE, Unigram, WordPiece …), by Hugging Face's own library. */
import { Tokenizer as LibraryTokenizer } from "@huggingface/tokenizers";
import { AppError } from "@/lib/errors";
import { findBytesOf } from "./byte-level";
import { compileSplitPattern } from "./compile-split-pattern";
import { showBytes } from "./create-token-text";
import type { TokenizerCore } from "./tokenizer";
import type { TokenizerFile } from "./tokenizer-file";

/**
 * @param raw the parsed tokenizer.json, already checked by parseTokenizerFile.
 * Errors: `invalid_input` when the library can't use the file.
 */
export function createLibraryTokenizer(file: TokenizerFile, raw: object, fileName: string): TokenizerCore {
  for (const part of [file.pre_tokenizer, file.normalizer, file.decoder]) checkPatterns(part, fileName);
  const complete = {
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: null,
    ...raw,
    added_tokens: file.addedTokens,
  };
  const create = (addedTokens: TokenizerFile["addedTokens"]): LibraryTokenizer => {
    try {
      // A copy: the library writes added tokens into the vocabulary that it was given.
      const tokenizer = new LibraryTokenizer(
        { ...complete, added_tokens: addedTokens },
        { clean_up_tokenization_spaces: false },
      );
      tokenizer.encode("Probe: é 1\n", { add_special_tokens: false });
      return tokenizer;
    } catch (error) {
      throw new AppError("invalid_input", `${fileName} holds a kind of tokenizer that can't be used here.`, {
        cause: error,
      });
    }
  };
  const library = create(file.addedTokens);
  let plain: LibraryTokenizer | null = null;
  const isByteLevel = JSON.stringify(file.decoder)?.includes('"ByteLevel"') ?? false;
  let highestId = 0;
  for (const id of file.vocabulary.values()) highestId = Math.max(highestId, id);
  for (const token of file.addedTokens) highestId = Math.max(highestId, token.id);
  return {
    encode: (text, { specialTokens = "parse" } = {}) => {
      if (specialTokens === "text") plain ??= create(file.addedTokens.filter((token) => !token.special));
      const { ids } = ((specialTokens === "text" ? plain : null) ?? library).encode(text, {
        add_special_tokens: false,
      });
      return ids;
    },
    decode: (ids) => {
      const known = Array.from(ids).filter((id) => library.id_to_token(id) !== undefined);
      return known.length === 0
        ? ""
        : library.decode(known, { skip_special_tokens: false, clean_up_tokenization_spaces: false });
    },
    tokenText: (id) => {
      const token = library.id_to_token(id);
      if (token === undefined) return `<id ${id}>`;
      const bytes = isByteLevel ? findBytesOf(token) : null;
      return bytes === null ? token.replaceAll("▁", " ") : showBytes(bytes);
    },
    findId: (token) => library.token_to_id(token) ?? null,
    vocabularySize: highestId + 1,
  };
}

/** Tries every regular expression anywhere in a component. */
function checkPatterns(part: unknown, fileName: string, depth = 0): void {
  if (typeof part !== "object" || part === null) return;
  if (depth > 20) throw new AppError("invalid_input", `${fileName} is nested too deeply.`);
  for (const [key, value] of Object.entries(part)) {
    if (key === "Regex" && typeof value === "string") compileSplitPattern({ Regex: value }, fileName);
    else checkPatterns(value, fileName, depth + 1);
  }
}
