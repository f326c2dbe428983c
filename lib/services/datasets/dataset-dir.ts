import { join } from "node:path";
import { idSchema } from "@/lib/contracts/ids";
import type { ServiceContext } from "../context";

const DatasetId = idSchema("ds");

/** The absolute folder of a dataset's files. The id becomes part of a path, so its shape is checked here again. */
export function datasetDir({ paths }: ServiceContext, datasetId: string): string {
  return join(paths.datasets, DatasetId.parse(datasetId));
}
