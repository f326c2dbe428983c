/** @file An untrained model folder: config.json and random weights, from which the base model starts. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expectedWeights } from "@/lib/engine/models/architecture";
import { openArchitecture } from "@/lib/engine/models/open-architecture";
import { Rng } from "@/lib/engine/optim/rng";
import { writeSafetensors } from "@/lib/engine/safetensors/write-safetensors";
import { BASE_MODEL } from "./base-model-config";

const INIT_STANDARD_DEVIATION = BASE_MODEL.initializer_range;

/**
 * Norms are 1, matrices normal(0, 0.02); what is added to the residual stream is scaled by 1/√(2 · layers), so that the
 * stream's variance does not grow with depth (Radford et al. 2019).
 */
export async function writeRandomModel(folder: string, seed: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "config.json"), `${JSON.stringify(BASE_MODEL, null, 2)}\n`);
  const rng = Rng.seeded(seed);
  const residualScale = 1 / Math.sqrt(2 * BASE_MODEL.num_hidden_layers);
  const tensors = [...expectedWeights(await openArchitecture(folder))].map(([name, shape]) => {
    const size = shape.reduce((product, length) => product * length, 1);
    if (shape.length === 1) return { name, shape, data: new Float32Array(size).fill(1) };
    const isResidual = /\.(o_proj|down_proj)\.weight$/.test(name);
    const deviation = INIT_STANDARD_DEVIATION * (isResidual ? residualScale : 1);
    return { name, shape, data: Float32Array.from({ length: size }, () => rng.normal() * deviation) };
  });
  await writeSafetensors(join(folder, "model.safetensors"), tensors);
}
