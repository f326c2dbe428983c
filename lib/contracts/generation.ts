/** @file How text is generated: one schema for command line, API and the generating process. */
import { z } from "zod";

export const GenerationSettings = z.strictObject({
  /** Logits are divided by it before a token is drawn; 0 takes the likeliest token instead of drawing. */
  temperature: z.number().min(0).max(10).default(0),
  /** Only the likeliest so many tokens are drawn from; 0: all. */
  top_k: z.int().min(0).max(4_194_304).default(0),
  /** Only the likeliest tokens that together have this probability are drawn from (Holtzman et al. 2020); 1: all. */
  top_p: z.number().gt(0).max(1).default(1),
  /** Tokens that were there before are made this much less likely (Keskar et al. 2019); 1: not at all. */
  repetition_penalty: z.number().gt(0).max(10).default(1),
  max_new_tokens: z.int().min(1).max(1_000_000).default(256),
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(42),
  /** The text ends before the first of these that comes up. */
  stop: z.array(z.string().min(1).max(1000)).max(16).default([]),
});
export type GenerationSettings = z.infer<typeof GenerationSettings>;

/**
 * Why the text ended: the model said so, a stop string came up, max_new_tokens were written, the model's context is
 * full, or whoever asked wants no more.
 */
export const FinishReason = z.enum(["end", "stop", "length", "context", "cancelled"]);
export type FinishReason = z.infer<typeof FinishReason>;
