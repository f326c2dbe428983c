/** @file What of a document is trained on: a part of the run configuration, and of the prepared blocks' manifest. */
import { z } from "zod";
import { finite } from "./bounded-number";
import "./zod-words";

/**
 * causal: the text as it stands, or the completion after its prompt. fim: fill in the middle. chat: a prompt and its
 * completion are a conversation of one turn. docstring and signature: bodies of functions, after all that stands before
 * them. Conversations are written by the model's own template in any case.
 */
export const OBJECTIVES = ["causal", "fim", "chat", "docstring", "signature"] as const;
export const FIM_SPANS = ["character", "line", "syntax"] as const;
export const FIM_LOSSES = ["all", "middle"] as const;

/** The original's upper bound. */
export const MAX_AMPHIGORY_RATIO = 0.3;

export const ObjectiveSettings = z.strictObject({
  objective: z.enum(OBJECTIVES).default("causal"),
  /** Share of documents (of pieces, where a document is longer than a sequence) that are filled in the middle. */
  fim_rate: finite(0, 1).default(0.5),
  /** Of these, the share in the order suffix, prefix, middle; the others are prefix, suffix, middle (Bavarian et al. 2022). */
  fim_spm_rate: finite(0, 1).default(0),
  /** What borders of a middle are: any character, the beginnings of lines, or a node of the syntax tree. */
  fim_span: z.enum(FIM_SPANS).default("character"),
  /** "middle": prefix, suffix and marks get no loss. */
  fim_loss: z.enum(FIM_LOSSES).default("all"),
  /** Prompts, and what the assistant did not say, get loss too. Axolotl's name. */
  train_on_inputs: z.boolean().default(false),
  // The original's names and bounds.
  include_amphigory: z.boolean().default(false),
  /** How many nonsensical but syntactically valid documents are added, as a share of the training documents. */
  amphigory_ratio: finite(0, MAX_AMPHIGORY_RATIO).default(0.1),
});
export type ObjectiveSettings = z.infer<typeof ObjectiveSettings>;

export const DEFAULT_OBJECTIVE: ObjectiveSettings = ObjectiveSettings.parse({});

/** Of a run's settings, those that say what is trained on. What means nothing beside the others is at its default, so that it makes no other blocks. */
export function objectiveOf(settings: ObjectiveSettings): ObjectiveSettings {
  const { objective, include_amphigory, amphigory_ratio } = settings;
  const isFim = objective === "fim" && settings.fim_rate > 0;
  const asked: Partial<Record<keyof ObjectiveSettings, boolean>> = {
    fim_rate: objective === "fim",
    fim_spm_rate: isFim,
    fim_span: isFim,
    fim_loss: isFim,
    include_amphigory: amphigory_ratio > 0,
    amphigory_ratio: include_amphigory && amphigory_ratio > 0,
  };
  const keys = Object.keys(ObjectiveSettings.shape) as (keyof ObjectiveSettings)[];
  return ObjectiveSettings.parse(
    Object.fromEntries(keys.filter((key) => asked[key] ?? true).map((key) => [key, settings[key]])),
  );
}
