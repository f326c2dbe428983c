/**
 * @file What the generating process reads and says: one JSON object a line (NDJSON), requests on standard input, replies
 * on standard output; standard error is its log. Every reply carries the id of its request. Requests are served one
 * after the other, `cancel` at once. The end of standard input means the parent is gone, and the process ends.
 */
import { z } from "zod";
import { FinishReason, GenerationSettings } from "./generation";
import { BASE_PRECISIONS, DEVICES } from "./run-config";

export const MAX_PROMPT_CHARS = 4_000_000;

const id = z.string().min(1).max(100);
const text = z.string().max(MAX_PROMPT_CHARS);

export const GenerationPrompt = z.discriminatedUnion("kind", [
  /** Goes on after the text. */
  z.strictObject({ kind: z.literal("text"), text }),
  /** What stands between prefix and suffix; `order` as lib/tokenizers/fim-presets.ts says. */
  z.strictObject({ kind: z.literal("fim"), prefix: text, suffix: text, order: z.enum(["psm", "spm"]).default("psm") }),
]);
export type GenerationPrompt = z.infer<typeof GenerationPrompt>;

export const GenerateRequest = z.discriminatedUnion("kind", [
  /** Opens a model, and closes the one before. Replies: `opened` or `failed`. */
  z.strictObject({
    kind: z.literal("open"),
    id,
    /** Absolute: a Hugging Face model folder. */
    modelDir: z.string(),
    /** Absolute: a PEFT adapter folder; null for the model alone. */
    adapterDir: z.string().nullable(),
    device: z.enum(DEVICES).default("auto"),
    precision: z.enum(BASE_PRECISIONS).default("fp32"),
  }),
  /** With the model opened last. Replies: `text` for each piece, then `done`; or `failed`. */
  z.strictObject({ kind: z.literal("generate"), id, prompt: GenerationPrompt, settings: GenerationSettings }),
  /** Ends that request, waiting or at work, with `done` for the reason `cancelled`. No reply of its own. */
  z.strictObject({ kind: z.literal("cancel"), id }),
]);
export type GenerateRequest = z.infer<typeof GenerateRequest>;

export const GenerateReply = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("opened"),
    id,
    /** The device that really runs it. */
    device: z.string(),
    contextLength: z.int(),
    /** Which family's fill-in-the-middle tokens the model has; null: none. */
    fimPreset: z.string().nullable(),
  }),
  z.strictObject({ kind: z.literal("text"), id, text: z.string() }),
  z.strictObject({
    kind: z.literal("done"),
    id,
    reason: FinishReason,
    promptTokens: z.int(),
    newTokens: z.int(),
    /** From the request to the first token's choice; null when there was none. */
    secondsToFirstToken: z.number().nullable(),
    /** Of the tokens after the first; null when there was at most one. */
    tokensPerSecond: z.number().nullable(),
  }),
  /** `message` is a sentence for people. `isOurFault`: the log has more, and no other request would help. */
  z.strictObject({ kind: z.literal("failed"), id, message: z.string(), isOurFault: z.boolean() }),
]);
export type GenerateReply = z.infer<typeof GenerateReply>;
