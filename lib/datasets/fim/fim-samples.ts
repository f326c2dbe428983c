/** @file A document as fill-in-the-middle samples: cut to what fits a block first, so that no sample loses its middle. */
import type { ObjectiveSettings } from "@/lib/contracts/objective-settings";
import type { FimOrder, FimTokens } from "@/lib/tokenizers/fim-presets";
import type { Tokenizer } from "@/lib/tokenizers/tokenizer";
import type { ObjectiveCounter } from "../count-objective";
import { createRandom } from "../create-random";
import { addRun, type TrainingSample } from "../training-sample";
import { chooseCharacterSpan, chooseLineSpan, type Span } from "./choose-span";
import { cutText } from "./cut-text";
import { fimSample } from "./fim-sample";

/** Three marks and the end; a few more, since a word that is cut into parts often has more tokens. */
const EXTRA_TOKENS = 8;

export interface FimOptions {
  tokenizer: Tokenizer;
  fim: FimTokens;
  settings: ObjectiveSettings;
  blockLength: number;
  seed: number;
  count: ObjectiveCounter;
  /** A node of the syntax tree inside text[start … end), or null where there is none. */
  chooseNode?: ((start: number, end: number, random: () => number) => Span | null) | undefined;
}

/** A sample, and how it came about: `order` is null for plain text. */
interface Made {
  sample: TrainingSample;
  order: FimOrder | null;
  isByLine: boolean;
}

/**
 * Depends on the seed, the document's name and its text alone, so every epoch sees the same samples. Pieces that are not
 * drawn are plain text. Text that spells a special token is ordinary text everywhere.
 */
export function fimSamples({ name, text }: { name: string; text: string }, options: FimOptions): TrainingSample[] {
  const { tokenizer, blockLength, seed, count } = options;
  const whole = tokenizer.encode(text, { specialTokens: "text" }).length;
  const made: Made[] = [];
  const make = (start: number, end: number): Made | null => {
    const one = fillIn(text, start, end, createRandom(seed, "fim", name, made.length), options);
    return one.sample.ids.length <= blockLength ? one : null;
  };
  const keep = (one: Made | null, start: number, end: number) => {
    made.push(one ?? plain(text, start, end, tokenizer));
    if (one === null) count("fimUnfit");
  };
  const first = whole + EXTRA_TOKENS <= blockLength ? make(0, text.length) : null;
  if (first !== null) made.push(first);
  else cutText(text, { tokens: whole, budget: Math.max(1, blockLength - EXTRA_TOKENS), make, onPiece: keep });
  for (const { order, isByLine } of made) {
    if (order !== null) count("fimSamples");
    if (order === "spm") count("spmSamples");
    if (isByLine) count("fimSpansByLine");
  }
  return made.map(({ sample }) => sample);
}

function fillIn(text: string, start: number, end: number, random: () => number, options: FimOptions): Made {
  const { fim, settings } = options;
  const piece = text.slice(start, end);
  if (random() < settings.fim_rate) {
    const order = random() < settings.fim_spm_rate ? "spm" : "psm";
    const node = settings.fim_span === "syntax" ? (options.chooseNode?.(start, end, random) ?? null) : null;
    const span =
      node !== null
        ? ([node[0] - start, node[1] - start] as const)
        : settings.fim_span === "character"
          ? chooseCharacterSpan(piece, random)
          : chooseLineSpan(piece, random);
    if (span !== null) {
      const isByLine = settings.fim_span === "syntax" && node === null;
      return { sample: fimSample(piece, span, fim, order, settings.fim_loss), order, isByLine };
    }
  }
  return plain(text, start, end, options.tokenizer);
}

function plain(text: string, start: number, end: number, tokenizer: Tokenizer): Made {
  const sample: TrainingSample = { ids: [], runs: [] };
  addRun(sample, "text", true, tokenizer.encode(text.slice(start, end), { specialTokens: "text" }));
  // A model that is told to stop in the middle of a file would do so.
  if (end === text.length) addRun(sample, "end", true, [tokenizer.eosTokenId]);
  return { sample, order: null, isByLine: false };
}
