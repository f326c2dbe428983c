/** @file What every part of the studio knows of a tokenizer. */

export interface EncodeOptions {
  /**
   * "parse" (default) turns `<|endoftext|>` in the text into the special token, as transformers does. "text" takes it
   * as ordinary characters: right for source code that merely mentions it.
   */
  specialTokens?: "parse" | "text";
}

export interface Tokenizer {
  /** Token ids; nothing is added in front or behind. Lone surrogates count as U+FFFD. */
  encode(text: string, options?: EncodeOptions): number[];
  /** Special tokens are kept. Bytes that are no UTF-8 become U+FFFD; ids outside the vocabulary are left out. */
  decode(ids: ArrayLike<number>): string;
  /** One token for people; bytes that are no UTF-8 of their own are shown as `<0xE2>`. */
  tokenText(id: number): string;
  /** The id of exactly this token, special or not; null where there is none. */
  findId(token: string): number | null;
  /** End-of-text token, appended to every document. */
  readonly eosTokenId: number;
  /** What transformers puts in front of a text: one begin-of-text token, or for most code models nothing. */
  readonly startTokenIds: readonly number[];
  /** Fills blocks up; the end-of-text token where the tokenizer has no padding token. */
  readonly padTokenId: number;
  /** Highest id + 1. The model's own vocabulary may be larger, never smaller. */
  readonly vocabularySize: number;
  /** sha256 over tokenizer.json and the two ids above. */
  readonly hash: string;
}

/** What the two implementations give; load-tokenizer.ts adds the rest. */
export type TokenizerCore = Pick<Tokenizer, "encode" | "decode" | "tokenText" | "findId" | "vocabularySize">;
