import { z } from "zod";
import { DatasetSource, DatasetStats } from "@/lib/contracts/dataset";
import type { DatasetView } from "@/lib/contracts/views";
import type { DatasetRow } from "@/lib/db/repositories/datasets";

/** SQLite keeps any type, so a row is checked when it is read. */
export function toDatasetView(row: DatasetRow): DatasetView {
  return {
    id: row.id,
    name: row.name,
    version: row.version,
    source: DatasetSource.parse(row.source),
    contentHash: row.contentHash,
    stats: DatasetStats.parse(row.stats),
    parents: z.array(z.string()).parse(row.parents),
    createdAt: row.createdAt.toISOString(),
  };
}
