/** @file Qwen3 (Yang et al. 2025): Qwen2 with normed queries and keys in place of their biases. */
import { z } from "zod";
import type { Architecture } from "./architecture";
import { gatedDecoder } from "./gated-decoder";
import { QwenConfig, qwenKinds } from "./qwen2";

export const Qwen3Config = QwenConfig.extend({
  head_dim: z.int().positive().max(1024).default(128),
  attention_bias: z.boolean().default(false),
});
export type Qwen3Config = z.infer<typeof Qwen3Config>;

export function qwen3(config: Qwen3Config): Architecture {
  const { attention_bias: hasBias } = config;
  return gatedDecoder(config, {
    kinds: qwenKinds(config),
    biases: { queriesKeysValues: hasBias, attentionOutput: hasBias },
    normsHeads: true,
  });
}
