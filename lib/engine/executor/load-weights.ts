/** @file A checkpoint's weights, checked against its architecture before anything runs. */
import { AppError } from "@/lib/errors";
import { sameShape } from "../graph/ops";
import { type Architecture, expectedWeights } from "../models/architecture";
import { openCheckpoint } from "../safetensors/open-checkpoint";
import { type Half, isFiniteHalf } from "../safetensors/widen";

/** One weight of a checkpoint, not read yet. Reading throws an AppError when a value is NaN or infinite. */
export interface CheckpointWeight {
  name: string;
  /** f32 as it lies in the file, bf16 and f16 widened exactly. */
  read(): Promise<Float32Array>;
  /** bf16 and f16 as they lie in the file, f32 rounded to bf16. */
  readHalf(): Promise<Half>;
}

/** Tensors that published checkpoints carry beside their weights: a tied head's copy, and tables we compute. */
function isRedundant(name: string, architecture: Architecture): boolean {
  return (name === "lm_head.weight" && architecture.shape.tieEmbeddings) || !!architecture.redundant?.test(name);
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
    const { optionalPrefix, embedding } = architecture;
    const withoutPrefix = (name: string) =>
      name.startsWith(optionalPrefix) ? name.slice(optionalPrefix.length) : name;
    const isShort = !checkpoint.tensors.has(embedding.tokens);
    const storedName = (name: string) => (isShort ? withoutPrefix(name) : name);
    for (const [name, shape] of expected) {
      const tensor = checkpoint.tensors.get(storedName(name));
      if (!tensor) throw invalid(`has no weight ${name}, which its config.json calls for`);
      if (!sameShape(tensor.shape, shape)) {
        throw invalid(
          `has ${name} of shape [${tensor.shape.join(", ")}], its config.json calls for [${shape.join(", ")}]`,
        );
      }
    }
    const stored = new Set([...expected.keys()].map(storedName));
    const surplus = [...checkpoint.tensors.keys()].find(
      (name) => !stored.has(name) && !isRedundant(name, architecture),
    );
    if (surplus) throw invalid(`has a weight ${surplus} that its config.json knows nothing of`);
    const nonFinite = (name: string) => invalid(`has NaN or infinite values in ${name}`);
    for (const name of expected.keys()) {
      await visit({
        name,
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
