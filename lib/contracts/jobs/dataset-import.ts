/** @file A dataset from rows: a file, a split on the Hugging Face Hub, a dataset of Argilla. */
import { z } from "zod";
import { ArgillaSource, FileSource, HubSource } from "../dataset";
import { DatasetName } from "../dataset-name";

export const DatasetImportSpec = z.strictObject({
  kind: z.literal("dataset-import"),
  name: DatasetName,
  /** How people know a file whose path says nothing to them (an upload's own name); set by the service. */
  origin: z.string().max(255).optional(),
  source: z.discriminatedUnion("kind", [FileSource, HubSource, ArgillaSource]),
});
export type DatasetImportSpec = z.infer<typeof DatasetImportSpec>;
