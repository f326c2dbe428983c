/** @file A dataset from a folder of code or a JSONL file. */
import { z } from "zod";
import { LocalSource } from "../dataset";
import { DatasetName } from "../dataset-name";

export const DatasetBuildSpec = z.strictObject({
  kind: z.literal("dataset-build"),
  name: DatasetName,
  source: LocalSource,
  /** How people know the source where its path says nothing to them (an upload's own name); set by the service. */
  origin: z.string().max(255).optional(),
});
export type DatasetBuildSpec = z.infer<typeof DatasetBuildSpec>;
