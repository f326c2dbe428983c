import { rm } from "node:fs/promises";
import type { DatasetSource } from "@/lib/contracts/dataset";
import { newId } from "@/lib/contracts/ids";
import { buildDataset } from "@/lib/datasets/build-dataset";
import { isUniqueViolation } from "@/lib/db/errors";
import { type DatasetRow, findDatasetByName, insertDataset, renameDataset } from "@/lib/db/repositories/datasets";
import type { ServiceContext } from "../context";
import { datasetDir } from "./dataset-dir";

export interface BuiltDataset {
  id: string;
  contentHash: string;
  /** Null when the name is taken; the files are there all the same, for the caller to keep or remove. */
  inserted: DatasetRow | null;
}

/**
 * Builds the files of a new dataset and inserts its row.
 * @param renameOld the name that a dataset with this name gets, to make room
 */
export async function buildInto(
  ctx: ServiceContext,
  { name, source, renameOld }: { name: string; source: DatasetSource; renameOld?: (old: DatasetRow) => string },
): Promise<BuiltDataset> {
  const createdAt = ctx.now();
  const id = newId("ds", createdAt.getTime());
  const outDir = datasetDir(ctx, id);
  const { stats, contentHash } = await buildDataset({ source, outDir });
  try {
    const inserted = await ctx.db.transaction(async (tx) => {
      const old = await findDatasetByName(tx, name);
      if (old !== null && renameOld === undefined) return null;
      if (old !== null && renameOld !== undefined) await renameDataset(tx, old.id, renameOld(old));
      return insertDataset(tx, { id, name, source, contentHash, stats, createdAt });
    });
    return { id, contentHash, inserted };
  } catch (error) {
    if (isUniqueViolation(error)) return { id, contentHash, inserted: null };
    await rm(outDir, { recursive: true, force: true });
    throw error;
  }
}
