/** @file What a run will need of memory, part by part, as told before it starts. */
import { z } from "zod";

/** In the order in which they are shown. */
export const MEMORY_PARTS = [
  "runtime",
  "layerWeights",
  "embeddingAndHead",
  "trained",
  "keptActivations",
  "layerWork",
  "logits",
] as const;
export type MemoryPart = (typeof MEMORY_PARTS)[number];

export const MemoryEstimate = z.strictObject({
  parts: z.record(z.enum(MEMORY_PARTS), z.number().nonnegative()),
  totalBytes: z.number().nonnegative(),
  /** On disk at least: one checkpoint and the result. */
  diskBytes: z.number().nonnegative(),
});
export type MemoryEstimate = z.infer<typeof MemoryEstimate>;

/** What a run needs beside what there is. */
export const RunNeeds = z.strictObject({
  estimate: MemoryEstimate,
  /** Of the machine, or what its container may use. */
  memoryBytes: z.number().nonnegative(),
  /** One sentence for each thing that there is too little of. */
  warnings: z.array(z.string()),
});
export type RunNeeds = z.infer<typeof RunNeeds>;
