/** @file GPT-BigCode (Ben Allal et al. 2023; StarCoder, SantaCoder): the GPT decoder with one key head for all queries. */
import { z } from "zod";
import type { Architecture } from "./architecture";
import { splitByHead, splitByRole } from "./fused-heads";
import { GptConfig, gptDecoder } from "./gpt-decoder";
import { GeluName } from "./layer-norm-parts";

export const GptBigcodeConfig = GptConfig.extend({
  activation_function: GeluName.default("gelu_pytorch_tanh"),
  multi_query: z.boolean().default(true),
});
export type GptBigcodeConfig = z.infer<typeof GptBigcodeConfig>;

/** The order in which attn.c_attn keeps its rows is another one without multi-query attention. */
export function gptBigcode(config: GptBigcodeConfig): Architecture {
  return gptDecoder(config, {
    activation: config.activation_function,
    keyValueHeads: config.multi_query ? 1 : config.n_head,
    layout: "out_in",
    split: config.multi_query ? splitByRole : splitByHead,
  });
}
