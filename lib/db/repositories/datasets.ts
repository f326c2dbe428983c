import { and, desc, eq } from "drizzle-orm";
import type { DatasetSource, DatasetStats } from "@/lib/contracts/dataset";
import { splitVersion } from "@/lib/contracts/dataset-name";
import type { Reader, Tables, Tx } from "../types";

export type DatasetRow = Tables["datasets"]["$inferSelect"];

export interface NewDataset {
  id: string;
  name: string;
  source: DatasetSource;
  contentHash: string;
  stats: DatasetStats;
  /** Ids of the datasets it was made from. */
  parents?: string[] | undefined;
  createdAt: Date;
}

/**
 * As the next version of its name. Throws the driver's unique violation (see `isUniqueViolation`) when someone else took
 * that version meanwhile; then try again.
 */
export async function insertDataset(tx: Tx, dataset: NewDataset): Promise<DatasetRow> {
  const newest = await findDatasetByName(tx, dataset.name);
  const version = (newest?.version ?? 0) + 1;
  const [row] = await tx.orm
    .insert(tx.tables.datasets)
    .values({ ...dataset, parents: dataset.parents ?? [], version })
    .returning();
  if (row === undefined) throw new Error("the new dataset was not returned");
  return row;
}

export async function findDatasetById(db: Reader, datasetId: string): Promise<DatasetRow | null> {
  const [row] = await db.orm.select().from(db.tables.datasets).where(eq(db.tables.datasets.id, datasetId));
  return row ?? null;
}

/** The newest version. */
export async function findDatasetByName(db: Reader, name: string): Promise<DatasetRow | null> {
  const { datasets } = db.tables;
  const [row] = await db.orm
    .select()
    .from(datasets)
    .where(eq(datasets.name, name))
    .orderBy(desc(datasets.version))
    .limit(1);
  return row ?? null;
}

/** What people write: an id, a name (its newest version), or `name@2`. */
export async function findDataset(db: Reader, text: string): Promise<DatasetRow | null> {
  const found = (await findDatasetById(db, text)) ?? (await findDatasetByName(db, text));
  const versioned = found === null ? splitVersion(text) : null;
  if (versioned === null) return found;
  const { datasets } = db.tables;
  const [row] = await db.orm
    .select()
    .from(datasets)
    .where(and(eq(datasets.name, versioned.name), eq(datasets.version, versioned.version)));
  return row ?? null;
}

/** Newest first. */
export async function listDatasets(db: Reader): Promise<DatasetRow[]> {
  const { datasets } = db.tables;
  return db.orm.select().from(datasets).orderBy(desc(datasets.createdAt), desc(datasets.id));
}

/** Runs that were trained on it stay and remember its name. False when it is gone already. */
export async function deleteDatasetRow(tx: Tx, datasetId: string): Promise<boolean> {
  const { datasets } = tx.tables;
  const rows = await tx.orm.delete(datasets).where(eq(datasets.id, datasetId)).returning({ id: datasets.id });
  return rows.length > 0;
}
