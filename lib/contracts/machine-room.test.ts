import { expect, test } from "vitest";
import { diskProblem, memoryProblem, surelyTooLarge } from "./machine-room";
import { MEMORY_PARTS, type MemoryEstimate } from "./memory-estimate";

const GB = 2 ** 30;
const estimate = (gigabytes: number): MemoryEstimate => ({
  parts: Object.fromEntries(MEMORY_PARTS.map((part) => [part, 0])) as MemoryEstimate["parts"],
  totalBytes: gigabytes * GB,
  diskBytes: 0,
});

test("a run is warned of when it needs more than there is, and refused only beyond the estimate's error", () => {
  expect(memoryProblem(estimate(8), 8 * GB)).toBeNull();
  expect(memoryProblem(estimate(8.5), 8 * GB)).toBe(
    "The run needs about 8.5 GB of memory, but the machine has 8.0 GB; lower batch_size or max_seq_length, or choose gradient_checkpointing on, base_precision nf4 or a smaller model.",
  );
  expect(surelyTooLarge(estimate(8.5), 8 * GB)).toBeNull();
  expect(surelyTooLarge(estimate(9), 8 * GB)).toContain("needs about 9.0 GB");
});

test("too little disk is said with both numbers", () => {
  expect(diskProblem(GB, GB)).toBeNull();
  expect(diskProblem(3 * GB, GB)).toContain("writes 3.0 GB of checkpoints, but the disk of its folder has 1.0 GB free");
});
