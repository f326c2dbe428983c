/** @file Whether a machine has room for a run, in one sentence where it has not. Nothing here asks the machine. */
import type { MemoryEstimate } from "./memory-estimate";

/** As everywhere on the screens: 1,024 MB. */
export const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GB`;

/** How far an estimate may be off: within this a run is warned of, beyond it refused. */
const ESTIMATE_ERROR = 0.1;

/** What is said where "auto" has moved the weights. */
export const OFFLOADED =
  "The weights do not fit into memory, so each layer is read from disk in every step, which is slower; base_precision nf4 may fit.";

const MEMORY_REMEDY =
  "lower batch_size or max_seq_length, or choose gradient_checkpointing on, base_precision nf4 or a smaller model";

/** @param totalBytes of the machine, or what its container may use */
export function memoryProblem({ totalBytes: needed }: MemoryEstimate, totalBytes: number): string | null {
  if (needed <= totalBytes) return null;
  return `The run needs about ${gigabytes(needed)} of memory, but the machine has ${gigabytes(totalBytes)}; ${MEMORY_REMEDY}.`;
}

/** The sentence where it cannot fit even if the estimate is too high. */
export function surelyTooLarge(estimate: MemoryEstimate, totalBytes: number): string | null {
  return memoryProblem({ ...estimate, totalBytes: estimate.totalBytes * (1 - ESTIMATE_ERROR) }, totalBytes) === null
    ? null
    : memoryProblem(estimate, totalBytes);
}

/** @param neededBytes of the checkpoints and the result that a run has on disk at once */
export function diskProblem(neededBytes: number, freeBytes: number): string | null {
  if (neededBytes <= freeBytes) return null;
  return `The run writes ${gigabytes(neededBytes)} of checkpoints, but the disk of its folder has ${gigabytes(freeBytes)} free; make room, or train fewer parameters.`;
}
