import { desc, eq } from "drizzle-orm";
import type { DatasetSource, DatasetStats } from "@/lib/contracts/dataset";
import type { Reader, Tables, Tx } from "../types";

export type DatasetRow = Tables["datasets"]["$inferSelect"];

export interface NewDataset {
  id: string;
  name: string;
  source: DatasetSource;
  contentHash: string;
  stats: DatasetStats;
  createdAt: Date;
}

/** Throws the driver's unique violation (see `isUniqueViolation`) when the name is taken. */
export async function insertDataset(tx: Tx, dataset: NewDataset): Promise<DatasetRow> {
  const [row] = await tx.orm.insert(tx.tables.datasets).values(dataset).returning();
  if (row === undefined) throw new Error("the new dataset was not returned");
  return row;
}

export async function findDatasetById(db: Reader, datasetId: string): Promise<DatasetRow | null> {
  const [row] = await db.orm.select().from(db.tables.datasets).where(eq(db.tables.datasets.id, datasetId));
  return row ?? null;
}

export async function findDatasetByName(db: Reader, name: string): Promise<DatasetRow | null> {
  const [row] = await db.orm.select().from(db.tables.datasets).where(eq(db.tables.datasets.name, name));
  return row ?? null;
}

/** What people write: an id or a name. */
export async function findDataset(db: Reader, idOrName: string): Promise<DatasetRow | null> {
  return (await findDatasetById(db, idOrName)) ?? (await findDatasetByName(db, idOrName));
}

/** Newest first. */
export async function listDatasets(db: Reader): Promise<DatasetRow[]> {
  const { datasets } = db.tables;
  return db.orm.select().from(datasets).orderBy(desc(datasets.createdAt), desc(datasets.id));
}

/** Frees a name for a new build, e.g. of this repository's own source; null when there is no such dataset. */
export async function renameDataset(tx: Tx, datasetId: string, name: string): Promise<DatasetRow | null> {
  const { datasets } = tx.tables;
  const [row] = await tx.orm.update(datasets).set({ name }).where(eq(datasets.id, datasetId)).returning();
  return row ?? null;
}
