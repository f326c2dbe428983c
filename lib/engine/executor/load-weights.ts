/** @file A checkpoint's weights, checked against its architecture before anything runs. */
import { AppError } from "@/lib/errors";
import { type Architecture, expectedWeights } from "../models/architecture";
import { matchCheckpoint } from "../models/match-checkpoint";
import { openCheckpoint } from "../safetensors/open-checkpoint";
import { type Half, isFiniteHalf } from "../safetensors/widen";

/** One weight of a checkpoint, not read yet. Reading throws an AppError when a value is NaN or infinite. */
export interface CheckpointWeight {
  name: string;
  /** In the checkpoint's files, where it may be shorter. */
  storedName: string;
  /** f32 as it lies in the file, bf16 and f16 widened exactly. */
  read(): Promise<Float32Array>;
  /** bf16 and f16 as they lie in the file, f32 rounded to bf16. */
  readHalf(): Promise<Half>;
}

/** Every weight at once. */
export async function loadWeights(modelDir: string, architecture: Architecture): Promise<Map<string, Float32Array>> {
  const weights = new Map<string, Float32Array>();
  await readWeights(modelDir, architecture, async ({ name, read }) => {
    weights.set(name, await read());
  });
  return weights;
}

/**
 * Offers one weight after the other, so that who makes something smaller of each never holds them all.
 * @throws AppError naming the first missing, misshapen, surplus or non-finite weight.
 */
export async function readWeights(
  modelDir: string,
  architecture: Architecture,
  visit: (weight: CheckpointWeight) => Promise<void>,
): Promise<void> {
  const invalid = (problem: string) =>
    new AppError("invalid_input", `The model in ${modelDir} ${problem}; download it again or fix its config.json.`);
  const expected = expectedWeights(architecture);
  const checkpoint = await openCheckpoint(modelDir);
  try {
    const shapes = new Map([...checkpoint.tensors].map(([name, { shape }]) => [name, shape]));
    const { storedName, problem } = matchCheckpoint(architecture, shapes);
    if (problem) throw invalid(problem);
    const nonFinite = (name: string) => invalid(`has NaN or infinite values in ${name}`);
    for (const name of expected.keys()) {
      await visit({
        name,
        storedName: storedName(name),
        read: async () => {
          const data = await checkpoint.read(storedName(name));
          // One pass: a sum is finite only if every term is.
          let sum = 0;
          for (let i = 0; i < data.length; i++) sum += Math.abs(data[i] as number);
          if (!Number.isFinite(sum)) throw nonFinite(name);
          return data;
        },
        readHalf: async () => {
          const half = await checkpoint.readHalf(storedName(name));
          if (!isFiniteHalf(half)) throw nonFinite(name);
          return half;
        },
      });
    }
  } finally {
    await checkpoint.close();
  }
}
