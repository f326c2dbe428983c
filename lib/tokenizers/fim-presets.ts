/**
 * @file Fill in the middle (Bavarian et al. 2022): which tokens a family of models marks prefix, suffix and middle with.
 * What a tokenizer really has decides, not the model's name.
 */
import type { Tokenizer } from "./tokenizer";

/** Prefix, suffix, middle; or suffix, prefix and middle as one text (the paper's second variant of SPM). */
export type FimOrder = "psm" | "spm";

interface FimPreset {
  name: string;
  prefix: string;
  suffix: string;
  middle: string;
  /** Ends a middle, beside the end-of-text token and the three above; those that a tokenizer lacks do not count. */
  ends: readonly string[];
  /** SentencePiece puts a space before every text. As in Code Llama's own prompts, the prefix has it, the suffix not. */
  hasDummySpace?: boolean;
}

const PRESETS: readonly FimPreset[] = [
  {
    // Qwen2.5-Coder, CodeGemma and the models of this studio.
    name: "fim_prefix",
    prefix: "<|fim_prefix|>",
    suffix: "<|fim_suffix|>",
    middle: "<|fim_middle|>",
    ends: ["<|fim_pad|>", "<|repo_name|>", "<|file_sep|>", "<|file_separator|>", "<|endoftext|>", "<|im_end|>"],
  },
  {
    name: "starcoder",
    prefix: "<fim_prefix>",
    suffix: "<fim_suffix>",
    middle: "<fim_middle>",
    ends: ["<fim_pad>", "<file_sep>", "<filename>", "<|endoftext|>"],
  },
  {
    name: "santacoder",
    prefix: "<fim-prefix>",
    suffix: "<fim-suffix>",
    middle: "<fim-middle>",
    ends: ["<fim-pad>", "<|endoftext|>"],
  },
  {
    // The place of the middle is marked between prefix and suffix, and "end" asks for it.
    name: "deepseek",
    prefix: "<｜fim▁begin｜>",
    suffix: "<｜fim▁hole｜>",
    middle: "<｜fim▁end｜>",
    ends: ["<｜end▁of▁sentence｜>", "<|EOT|>"],
  },
  {
    name: "codellama",
    prefix: "▁<PRE>",
    suffix: "▁<SUF>",
    middle: "▁<MID>",
    ends: ["▁<EOT>"],
    hasDummySpace: true,
  },
];

export interface FimTokens {
  preset: string;
  prefix: number;
  suffix: number;
  middle: number;
  /** Any of these ends a middle; the end-of-text token is among them. */
  ends: readonly number[];
  /** The token that training puts after a middle. */
  end: number;
  /** Ids of a text that begins a document. Text that spells a special token is ordinary text, here and below. */
  encodeStart(text: string): number[];
  /** Ids of a text that comes after other text of its document. */
  encodeInside(text: string): number[];
}

/** What the tokenizer fills in with, or null where it has no such tokens. */
export function findFimTokens(tokenizer: Pick<Tokenizer, "findId" | "encode" | "eosTokenId">): FimTokens | null {
  for (const preset of PRESETS) {
    const [prefix, suffix, middle] = [preset.prefix, preset.suffix, preset.middle].map((name) =>
      tokenizer.findId(name),
    );
    if (typeof prefix !== "number" || typeof suffix !== "number" || typeof middle !== "number") continue;
    const named = preset.ends.map((name) => tokenizer.findId(name)).filter((id) => id !== null);
    const encode = (text: string) => tokenizer.encode(text, { specialTokens: "text" });
    return {
      preset: preset.name,
      prefix,
      suffix,
      middle,
      ends: [...new Set([tokenizer.eosTokenId, ...named, prefix, suffix, middle])],
      end: preset.hasDummySpace && named[0] !== undefined ? named[0] : tokenizer.eosTokenId,
      encodeStart: encode,
      encodeInside: preset.hasDummySpace ? (text) => encodeAfterMark(encode, text) : encode,
    };
  }
  return null;
}

/** A text after a character that merges with nothing, without that character's tokens: so no space comes before it. */
const MARK = "☺";
function encodeAfterMark(encode: (text: string) => number[], text: string): number[] {
  const mark = encode(MARK);
  const marked = encode(MARK + text);
  return mark.every((id, i) => marked[i] === id) ? marked.slice(mark.length) : encode(text);
}

/**
 * The ids that ask for the middle; in training the middle and `end` follow.
 * PSM: ⟨prefix⟩ prefix ⟨suffix⟩ suffix ⟨middle⟩. SPM: ⟨prefix⟩⟨suffix⟩ suffix ⟨middle⟩ prefix.
 * @param maxTokens at least 4: what is farthest from the gap is left out, of the suffix all but a third of the room first
 */
export function fimPrompt(
  fim: FimTokens,
  {
    prefix,
    suffix,
    order = "psm",
    maxTokens = Number.POSITIVE_INFINITY,
  }: { prefix: string; suffix: string; order?: FimOrder; maxTokens?: number },
): number[] {
  const room = Math.max(1, maxTokens - 3);
  let before = fim.encodeStart(prefix);
  let after = fim.encodeInside(suffix);
  if (before.length + after.length > room) {
    after = after.slice(0, Math.max(Math.floor(room / 3), room - before.length));
    before = before.slice(Math.max(0, before.length - (room - after.length)));
  }
  return order === "psm"
    ? [fim.prefix, ...before, fim.suffix, ...after, fim.middle]
    : [fim.prefix, fim.suffix, ...after, fim.middle, ...before];
}
