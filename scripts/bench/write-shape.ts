/**
 * @file `tsx write-shape.ts <shape> <folder>`: a model folder of that shape in bfloat16, as such models are published.
 * One pool of random numbers, as long as the largest weight, serves all weights from different places in it: 1.5 billion
 * parameters are written within 2 GB and seconds.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sizeOf } from "@/lib/engine/graph/ops";
import { expectedWeights } from "@/lib/engine/models/architecture";
import { openArchitecture } from "@/lib/engine/models/open-architecture";
import { Rng } from "@/lib/engine/optim/rng";
import { writeSafetensors } from "@/lib/engine/safetensors/write-safetensors";
import { SHAPES, type ShapeName } from "./shapes";

const DEVIATION = 0.02;
/** A prime, so that no two rows of a matrix are alike although the pool repeats. */
const PERIOD = 1_000_003;

function randomPool(length: number, rng: Rng): Float32Array {
  const pool = new Float32Array(length);
  for (let i = 0; i < Math.min(PERIOD, length); i++) pool[i] = DEVIATION * Math.sqrt(3) * (2 * rng.uniform() - 1);
  for (let filled = PERIOD; filled < length; filled += PERIOD)
    pool.copyWithin(filled, 0, Math.min(PERIOD, length - filled));
  return pool;
}

const [name, folder] = process.argv.slice(2);
const shape = SHAPES[name as ShapeName];
if (!shape || !folder) throw new Error(`usage: write-shape.ts <${Object.keys(SHAPES).join(" | ")}> <folder>`);
await mkdir(folder, { recursive: true });
await writeFile(join(folder, "config.json"), JSON.stringify(shape.config));
const weights = [...expectedWeights(await openArchitecture(folder))];
const rng = Rng.seeded(1);
const pool = randomPool(PERIOD + Math.max(...weights.map(([, dimensions]) => sizeOf(dimensions))), rng);
const tensors = weights.map(([weight, dimensions]) => {
  const start = rng.below(PERIOD);
  const values = pool.subarray(start, start + sizeOf(dimensions));
  const isNorm = dimensions.length === 1 && weight.endsWith(".weight");
  return { name: weight, shape: dimensions, data: isNorm ? values.map((value) => 1 + value) : values };
});
await writeSafetensors(join(folder, "model.safetensors"), tensors, { dtype: "BF16" });
console.log(JSON.stringify({ weights: tensors.length }));
