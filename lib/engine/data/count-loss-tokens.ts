import { IGNORE_LABEL } from "@/lib/contracts/prepared-blocks";
import type { Batch } from "../types";

/** Labels that get loss. The first column has no logits before it, so it never counts. */
export function countLossTokens({ labels, blockLength }: Pick<Batch, "labels" | "blockLength">): number {
  let count = 0;
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] !== IGNORE_LABEL && i % blockLength !== 0) count++;
  }
  return count;
}
