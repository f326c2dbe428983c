/** @file A dataset made from others. */
import { z } from "zod";
import { DatasetName } from "../dataset-name";
import { DeriveOperation } from "../derive-operation";

export const DatasetDeriveSpec = z.strictObject({
  kind: z.literal("dataset-derive"),
  name: DatasetName,
  /** Datasets by id or name; the service puts ids. */
  operation: DeriveOperation,
});
export type DatasetDeriveSpec = z.infer<typeof DatasetDeriveSpec>;
