import type { DatasetView } from "@/lib/contracts/views";
import { listDatasets } from "@/lib/db/repositories/datasets";
import type { ServiceContext } from "../context";
import { getDatasetRow } from "./get-dataset-row";
import { toDatasetView } from "./to-dataset-view";

export interface Lineage {
  /** All of the same name, the newest first; the dataset itself is among them. */
  versions: DatasetView[];
  /** What it was made from, as far as that is still there. */
  parents: DatasetView[];
  /** How many of those are gone. */
  lostParents: number;
  /** What was made from it. */
  children: DatasetView[];
}

/** By id or name. Throws `not_found`. */
export async function getLineage(ctx: ServiceContext, { datasetId }: { datasetId: string }): Promise<Lineage> {
  const row = await getDatasetRow(ctx, datasetId);
  const all = (await listDatasets(ctx.db)).map(toDatasetView);
  const parents = all.filter(({ id }) => row.parents.includes(id));
  return {
    versions: all.filter(({ name }) => name === row.name).sort((a, b) => b.version - a.version),
    parents,
    lostParents: new Set(row.parents).size - parents.length,
    children: all.filter((other) => other.parents.includes(row.id)),
  };
}
