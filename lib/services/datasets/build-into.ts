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

interface NewBuild {
  name: string;
  source: DatasetSource;
  /** What is noted in place of the source's path. */
  origin?: string | undefined;
  /** The name that a dataset with this name gets, to make room. */
  renameOld?: (old: DatasetRow) => string;
}

/**
 * Builds the files of a new dataset and inserts its row.
 */
export async function buildInto(
  ctx: ServiceContext,
  { name, source, origin, renameOld }: NewBuild,
): Promise<BuiltDataset> {
  const createdAt = ctx.now();
  const id = newId("ds", createdAt.getTime());
  const outDir = datasetDir(ctx, id);
  const noted = { ...source, path: origin ?? source.path };
  const { stats, contentHash } = await buildDataset({ source, origin, outDir });
  try {
    const inserted = await ctx.db.transaction(async (tx) => {
      const old = await findDatasetByName(tx, name);
      if (old !== null && renameOld === undefined) return null;
      if (old !== null && renameOld !== undefined) await renameDataset(tx, old.id, renameOld(old));
      return insertDataset(tx, { id, name, source: noted, contentHash, stats, createdAt });
    });
    return { id, contentHash, inserted };
  } catch (error) {
    if (isUniqueViolation(error)) return { id, contentHash, inserted: null };
    await rm(outDir, { recursive: true, force: true });
    throw error;
  }
}
