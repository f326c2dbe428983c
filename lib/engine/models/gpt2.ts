/** @file GPT-2 (Radford et al. 2019) and CodeParrot: the GPT decoder with weights that lie as [in, out]. */
import { z } from "zod";
import type { Architecture } from "./architecture";
import { splitByRole } from "./fused-heads";
import { GptConfig, gptDecoder } from "./gpt-decoder";
import { GeluName } from "./layer-norm-parts";

export const Gpt2Config = GptConfig.extend({
  activation_function: GeluName.default("gelu_new"),
  /** CodeParrot sets it. With it goes reorder_and_upcast_attn, which only matters below float32. */
  scale_attn_by_inverse_layer_idx: z.boolean().default(false),
  /** SantaCoder was first published as a GPT-2 that brings its own code. */
  attention_head_type: z
    .literal("multihead", "only multihead is supported; take the model in its gpt_bigcode form")
    .default("multihead"),
});
export type Gpt2Config = z.infer<typeof Gpt2Config>;

export function gpt2(config: Gpt2Config): Architecture {
  return gptDecoder(config, {
    activation: config.activation_function,
    keyValueHeads: config.n_head,
    layout: "in_out",
    split: splitByRole,
    dividesByDepth: config.scale_attn_by_inverse_layer_idx,
  });
}
