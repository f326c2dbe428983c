import type { RunConfig } from "@/lib/contracts/run-config";
import { sizeOf } from "../graph/ops";
import { type Architecture, expectedWeights } from "../models/architecture";

const MEBIBYTE = 1024 * 1024;
/** Of what the model's weights take as float32, as much as its activations may take beside them … */
const SHARE = 3 / 4;
/** … within these bounds: small models keep more, large ones no more than helps. */
const [LEAST, MOST] = [256 * MEBIBYTE, 640 * MEBIBYTE];

/**
 * Bytes of activations kept from the forward pass, over all layers. It follows from the model alone: the choice must not
 * depend on the machine's state.
 */
export function keepBytes(setting: RunConfig["gradient_checkpointing"], architecture: Architecture): number {
  if (setting === "on") return 0;
  if (setting === "off") return Number.POSITIVE_INFINITY;
  let weights = 0;
  for (const shape of expectedWeights(architecture).values()) weights += sizeOf(shape);
  return Math.min(MOST, Math.max(LEAST, SHARE * Float32Array.BYTES_PER_ELEMENT * weights));
}
