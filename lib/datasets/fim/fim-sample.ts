import type { ObjectiveSettings } from "@/lib/contracts/objective-settings";
import type { FimOrder, FimTokens } from "@/lib/tokenizers/fim-presets";
import { addRun, type TrainingSample } from "../training-sample";
import type { Span } from "./choose-span";

/**
 * PSM: ⟨prefix⟩ prefix ⟨suffix⟩ suffix ⟨middle⟩ middle end. SPM: ⟨prefix⟩⟨suffix⟩ suffix ⟨middle⟩ prefix middle end, the
 * paper's second variant, which StarCoder, Code Llama and CodeGemma were trained with. The three texts are tokenized apart,
 * as they are at generation.
 */
export function fimSample(
  text: string,
  [start, end]: Span,
  fim: FimTokens,
  order: FimOrder,
  loss: ObjectiveSettings["fim_loss"],
): TrainingSample {
  const sample: TrainingSample = { ids: [], runs: [] };
  const isAll = loss === "all";
  const mark = (id: number) => addRun(sample, "sentinel", isAll, [id]);
  const prefix = () => addRun(sample, "prefix", isAll, fim.encodeStart(text.slice(0, start)));
  const suffix = () => addRun(sample, "suffix", isAll, fim.encodeInside(text.slice(end)));
  mark(fim.prefix);
  if (order === "psm") prefix();
  mark(fim.suffix);
  suffix();
  mark(fim.middle);
  if (order === "spm") prefix();
  addRun(sample, "middle", true, fim.encodeInside(text.slice(start, end)));
  addRun(sample, "end", true, [fim.end]);
  return sample;
}
