/** @file A checkpoint's weights, checked against its architecture before anything runs. */
import { AppError } from "@/lib/errors";
import { type Shape, sameShape, sizeOf } from "../graph/ops";
import type { Architecture } from "../models/architecture";
import { openCheckpoint } from "../safetensors/open-checkpoint";

/** Full name → shape of every weight that the architecture needs. */
export function expectedWeights(architecture: Architecture): Map<string, Shape> {
  const { shape, layerWeights, layerName, embeddingName, finalNormName, headName } = architecture;
  const expected = new Map<string, Shape>([
    [embeddingName, [shape.vocabularySize, shape.hiddenSize]],
    [finalNormName, [shape.hiddenSize]],
    [headName, [shape.vocabularySize, shape.hiddenSize]],
  ]);
  for (let layer = 0; layer < shape.layers; layer++) {
    for (const [name, weightShape] of layerWeights) expected.set(layerName(layer, name), weightShape);
  }
  return expected;
}

/** Tensors that published checkpoints carry beside their weights: a tied head's copy, and tables we compute. */
function isRedundant(name: string, architecture: Architecture): boolean {
  return (name === "lm_head.weight" && architecture.shape.tieEmbeddings) || name.endsWith(".rotary_emb.inv_freq");
}

/**
 * Reads every weight as float32 (f32 as it lies in the file, bf16 and f16 widened exactly).
 * @throws AppError naming the first missing, misshapen, surplus or non-finite weight.
 */
export async function loadWeights(modelDir: string, architecture: Architecture): Promise<Map<string, Float32Array>> {
  const invalid = (problem: string) =>
    new AppError("invalid_input", `The model in ${modelDir} ${problem}; download it again or fix its config.json.`);
  const expected = expectedWeights(architecture);
  const checkpoint = await openCheckpoint(modelDir);
  try {
    for (const [name, shape] of expected) {
      const tensor = checkpoint.tensors.get(name);
      if (!tensor) throw invalid(`has no weight ${name}, which its config.json calls for`);
      if (!sameShape(tensor.shape, shape)) {
        throw invalid(
          `has ${name} of shape [${tensor.shape.join(", ")}], its config.json calls for [${shape.join(", ")}]`,
        );
      }
    }
    const surplus = [...checkpoint.tensors.keys()].find(
      (name) => !expected.has(name) && !isRedundant(name, architecture),
    );
    if (surplus) throw invalid(`has a weight ${surplus} that its config.json knows nothing of`);
    const weights = new Map<string, Float32Array>();
    for (const [name, shape] of expected) {
      const data = await checkpoint.read(name);
      // One pass: a sum is finite only if every term is.
      let sum = 0;
      for (let i = 0; i < data.length; i++) sum += Math.abs(data[i] as number);
      if (!Number.isFinite(sum) || data.length !== sizeOf(shape))
        throw invalid(`has NaN or infinite values in ${name}`);
      weights.set(name, data);
    }
    return weights;
  } finally {
    await checkpoint.close();
  }
}
