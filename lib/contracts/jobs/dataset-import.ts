/** @file A dataset from rows that lie elsewhere: a split on the Hugging Face Hub, a dataset of Argilla. */
import { z } from "zod";
import { ArgillaSource, HubSource } from "../dataset";
import { DatasetName } from "../dataset-name";

export const DatasetImportSpec = z.strictObject({
  kind: z.literal("dataset-import"),
  name: DatasetName,
  source: z.discriminatedUnion("kind", [HubSource, ArgillaSource]),
});
export type DatasetImportSpec = z.infer<typeof DatasetImportSpec>;
