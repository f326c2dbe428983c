/** @file Runs with their settings. Status changes are in `run-transitions`, claims and leases in `run-leases`. */
import { and, asc, count, desc, eq, gt, inArray, isNull } from "drizzle-orm";
import { completeConfig } from "@/lib/contracts/complete-config";
import { versionedName } from "@/lib/contracts/dataset-name";
import type { RunConfig } from "@/lib/contracts/run-config";
import { ACTIVE_STATUSES } from "@/lib/contracts/run-status";
import type { Reader, Tables, Tx } from "../types";

export type RunRow = Tables["runs"]["$inferSelect"];

export interface RunRecord {
  run: RunRow;
  config: RunConfig;
  /** The dataset's name now, with its version where that is not the first; as it was asked for when the dataset is gone. */
  datasetName: string;
}

export interface NewRun {
  id: string;
  configId: string;
  name: string;
  config: RunConfig;
  datasetId: string;
  createdAt: Date;
}

/** Settings, run (queued) and its first event. */
export async function insertRun(tx: Tx, input: NewRun): Promise<void> {
  const { config, createdAt } = input;
  await tx.orm.insert(tx.tables.trainingConfig).values({
    id: input.configId,
    name: input.name,
    modelType: config.model_type,
    datasetName: config.dataset_name,
    batchSize: config.batch_size,
    learningRate: config.learning_rate,
    epochs: config.epochs,
    maxSeqLength: config.max_seq_length,
    warmupSteps: config.warmup_steps,
    settings: config,
    createdAt,
  });
  await tx.orm.insert(tx.tables.runs).values({
    id: input.id,
    configId: input.configId,
    datasetId: input.datasetId,
    name: input.name,
    status: "queued",
    queuedAt: createdAt,
    eventSeq: 1,
    createdAt,
    updatedAt: createdAt,
  });
  await tx.orm
    .insert(tx.tables.runEvents)
    .values({ runId: input.id, seq: 1, kind: "status", payload: { status: "queued" }, createdAt });
}

function selectRuns(db: Reader) {
  const { runs, trainingConfig, datasets } = db.tables;
  return db.orm
    .select({
      run: runs,
      config: trainingConfig.settings,
      askedName: trainingConfig.datasetName,
      currentName: datasets.name,
      currentVersion: datasets.version,
    })
    .from(runs)
    .innerJoin(trainingConfig, eq(trainingConfig.id, runs.configId))
    .leftJoin(datasets, eq(datasets.id, runs.datasetId));
}

type SelectedRun = Awaited<ReturnType<typeof selectRuns>>[number];

const toRecord = ({ run, config, askedName, currentName, currentVersion }: SelectedRun): RunRecord => ({
  run,
  config: completeConfig(config),
  datasetName: currentName === null ? askedName : versionedName({ name: currentName, version: currentVersion ?? 1 }),
});

/** Also a deleted one: see `run.deletedAt`. */
export async function findRun(db: Reader, runId: string): Promise<RunRecord | null> {
  const [row] = await selectRuns(db).where(eq(db.tables.runs.id, runId));
  return row ? toRecord(row) : null;
}

/** Newest first, without the deleted ones. */
export async function listRuns(
  db: Reader,
  { limit, unfinishedFirst }: { limit: number; unfinishedFirst: boolean },
): Promise<RunRecord[]> {
  const { runs } = db.tables;
  const unfinished = inArray(runs.status, ["queued", ...ACTIVE_STATUSES]);
  const rows = await selectRuns(db)
    .where(isNull(runs.deletedAt))
    .orderBy(...(unfinishedFirst ? [desc(unfinished)] : []), desc(runs.createdAt), desc(runs.id))
    .limit(limit);
  return rows.map(toRecord);
}

const isHeld = ({ runs }: Tables, now: Date) =>
  and(inArray(runs.status, [...ACTIVE_STATUSES]), gt(runs.leaseExpiresAt, now));

/** Runs that a living worker holds. */
export async function countHeldRuns(db: Reader, now: Date): Promise<number> {
  const [row] = await db.orm.select({ held: count() }).from(db.tables.runs).where(isHeld(db.tables, now));
  return row?.held ?? 0;
}

/** Which worker holds which run. */
export async function listHeldRuns(db: Reader, now: Date): Promise<{ runId: string; leaseOwner: string | null }[]> {
  const { runs } = db.tables;
  return db.orm.select({ runId: runs.id, leaseOwner: runs.leaseOwner }).from(runs).where(isHeld(db.tables, now));
}

/** Names of runs that wait for this dataset or train on it. */
export async function listUnfinishedRunNames(db: Reader, datasetId: string): Promise<string[]> {
  const { runs } = db.tables;
  const unfinished = inArray(runs.status, ["queued", ...ACTIVE_STATUSES]);
  const rows = await db.orm
    .select({ name: runs.name })
    .from(runs)
    .where(and(eq(runs.datasetId, datasetId), unfinished))
    .orderBy(asc(runs.id));
  return rows.map(({ name }) => name);
}

/** Ids of waiting runs in the order in which they will start. */
export async function listQueuedRunIds(db: Reader): Promise<string[]> {
  const { runs } = db.tables;
  const rows = await db.orm
    .select({ id: runs.id })
    .from(runs)
    .where(eq(runs.status, "queued"))
    .orderBy(asc(runs.queuedAt), asc(runs.id));
  return rows.map((row) => row.id);
}

/** The little that a worker watches. */
export async function findRunStatus(
  db: Reader,
  runId: string,
): Promise<Pick<RunRow, "status" | "leaseOwner" | "framesOffset"> | null> {
  const { runs } = db.tables;
  const [row] = await db.orm
    .select({ status: runs.status, leaseOwner: runs.leaseOwner, framesOffset: runs.framesOffset })
    .from(runs)
    .where(eq(runs.id, runId));
  return row ?? null;
}
