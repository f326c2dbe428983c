/**
 * @file What a trainer process reads and says. One trainer = one run.
 *
 * Start: `<trainer> <spec.json>`; the spec is `TrainerSpec`. Frames go to file descriptor 3, one JSON object a line
 * (NDJSON); stdout and stderr are the run's log. Commands come on standard input, one JSON object a line; the end of
 * standard input means the parent is gone, and the trainer stops as on `stop`. Exit code 0 after `done`, else 1.
 * A trainer has no database rights and touches only `runDir` (write) and the model and data folders (read).
 */
import { z } from "zod";
import { RunConfig } from "./run-config";
import { ExitCause } from "./run-status";

export const PROTOCOL_VERSION = 1;
export const MAX_STEP = 2 ** 31 - 1;

const SamplePrompt = z.strictObject({
  name: z.string(),
  prompt: z.string(),
  /** What stands after the gap between it and the prompt, for a run that fills in the middle. */
  suffix: z.string().optional(),
});
export type SamplePrompt = z.infer<typeof SamplePrompt>;

export const TrainerSpec = z.strictObject({
  protocol: z.literal(PROTOCOL_VERSION),
  runId: z.string(),
  /** Absolute. The trainer writes `checkpoints/step-<n>/` and `adapter/` (or `model/` for method full) below it. */
  runDir: z.string(),
  /** Absolute. A Hugging Face model folder: config.json, model.safetensors, tokenizer.json. */
  modelDir: z.string(),
  /** Absolute. A prepared-blocks folder (see prepared-blocks.ts). */
  blocksDir: z.string(),
  config: RunConfig,
  /** Continue from the newest valid checkpoint in `runDir`, if there is one. */
  resume: z.boolean(),
  /** Prompts completed (greedily) at each evaluation, so people see completions improve. May be empty. */
  samplePrompts: z.array(SamplePrompt).max(8),
});
export type TrainerSpec = z.infer<typeof TrainerSpec>;

/** A number that JSON can carry; NaN and Infinity travel as null. */
const loss = z.number().nullable();
/** Whole numbers as the database holds them: 32 bits for what counts steps, the safe integers for all else. */
const step = z.int().min(0).max(MAX_STEP);
const whole = z.int().min(0);

export const Frame = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("hello"),
    protocol: z.literal(PROTOCOL_VERSION),
    engine: z.string(),
    device: z.string(),
    versions: z.record(z.string(), z.string()),
    /** Known once data and model are loaded. */
    totalSteps: step,
    startStep: step,
    trainableParameters: whole,
    totalParameters: whole,
    /** Tokens with loss that every held-out loss of this run is measured on; 0 when nothing is held out. */
    evalTokens: whole.optional(),
  }),
  z.strictObject({
    kind: z.literal("progress"),
    phase: z.enum(["loading", "training", "evaluating", "saving"]),
    done: z.number(),
    total: z.number(),
  }),
  z.strictObject({
    kind: z.literal("metric"),
    /** Optimizer steps done, from 1. Step 0 carries only the evaluation before training. */
    step,
    /** Passes over the data so far, fractional. */
    epoch: z.number(),
    /** Mean cross-entropy in nats per trained token of this optimizer step; null at step 0 or when not finite. */
    trainLoss: loss,
    /** Mean cross-entropy in nats per token on the held-out split, when evaluated at this step. */
    evalLoss: loss,
    learningRate: z.number(),
    /** Global L2 norm before clipping. */
    gradNorm: loss,
    tokensPerSecond: z.number(),
    /** Tokens that got loss, since the run began (resumes included). */
    tokensSeen: whole,
    /** Highest resident memory of the trainer so far, and the present one. */
    peakBytes: whole,
    residentBytes: whole.optional(),
    isFinite: z.boolean(),
    rank: step.default(0),
  }),
  z.strictObject({
    kind: z.literal("sample"),
    step,
    name: z.string(),
    prompt: z.string(),
    suffix: z.string().optional(),
    completion: z.string(),
  }),
  z.strictObject({
    kind: z.literal("checkpoint"),
    step,
    path: z.string(),
    /** Steps of all checkpoints that are on disk now: older ones were replaced. */
    kept: z.array(step).optional(),
  }),
  z.strictObject({ kind: z.literal("log"), level: z.enum(["info", "warn", "error"]), message: z.string() }),
  z.strictObject({
    kind: z.literal("done"),
    outcome: z.enum(["completed", "stopped"]),
    step,
    /** The adapter (or model) folder, written, re-read and checked. Null when stopped before the end. */
    adapterPath: z.string().nullable(),
    evalLossBefore: loss,
    /** Of the adapter: measured after `adapterStep`. */
    evalLossAfter: loss,
    /** After which step the adapter was as it is: the last one, or the one with the lowest held-out loss. */
    adapterStep: step.optional(),
    /** One sentence when a completed run ended before its last step. */
    endReason: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal("error"), cause: ExitCause, message: z.string(), step: step.nullable() }),
]);
export type Frame = z.infer<typeof Frame>;
export type MetricFrame = Extract<Frame, { kind: "metric" }>;

export const Command = z.discriminatedUnion("kind", [
  /** Finish the current step, write a checkpoint, say `done` with outcome "stopped". */
  z.strictObject({ kind: z.literal("stop") }),
  /** Write a checkpoint after the current step and go on. */
  z.strictObject({ kind: z.literal("checkpoint") }),
]);
export type Command = z.infer<typeof Command>;
