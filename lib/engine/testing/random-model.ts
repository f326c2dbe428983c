/** @file Writes a model folder with random weights, for tests and benchmarks. Not part of the product. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sizeOf } from "../graph/ops";
import { expectedWeights } from "../models/architecture";
import { readArchitecture } from "../models/open-architecture";
import { Rng } from "../optim/rng";
import { type WritableDtype, writeSafetensors } from "../safetensors/write-safetensors";

export const TINY_LLAMA = {
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 50,
  max_position_embeddings: 512,
  rms_norm_eps: 1e-5,
  tie_word_embeddings: true,
};

/** A Llama unless the configuration has another model_type. Norm weights and biases are 1 ± 0.1, all others normal with `deviation`. */
export async function writeRandomModel(
  dir: string,
  config: Record<string, unknown>,
  {
    seed = 1,
    deviation = 0.3,
    normDeviation = 0.1,
    dtype = "F32",
  }: { seed?: number; deviation?: number; normDeviation?: number; dtype?: WritableDtype } = {},
): Promise<void> {
  await mkdir(dir, { recursive: true });
  const whole = { architectures: ["LlamaForCausalLM"], model_type: "llama", ...config };
  await writeFile(join(dir, "config.json"), JSON.stringify(whole));
  const rng = Rng.seeded(seed);
  const tensors = [...expectedWeights(readArchitecture(whole, "config.json"))].map(([name, shape]) => {
    const data = new Float32Array(sizeOf(shape));
    for (let i = 0; i < data.length; i++)
      data[i] =
        shape.length === 1
          ? 1 + normDeviation * (2 * rng.uniform() - 1)
          : deviation * (2 * rng.uniform() - 1) * Math.sqrt(3);
    return { name, shape, data };
  });
  await writeSafetensors(join(dir, "model.safetensors"), tensors, { dtype });
}
