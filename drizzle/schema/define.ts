/** @file The tables, written once for both databases. Run `npm run db:generate` after a change. */
import { sql } from "drizzle-orm";
import type { DataJobProgress, DataJobResult, DataJobSpec } from "../../lib/contracts/data-job";
import { DATA_JOB_STATUSES, type DataJobStatus } from "../../lib/contracts/data-job-status";
import type { DatasetSource, DatasetStats } from "../../lib/contracts/dataset";
import type { RunConfig } from "../../lib/contracts/run-config";
import { EXIT_CAUSES, type ExitCause, RUN_STATUSES, type RunStatus } from "../../lib/contracts/run-status";
import type { RunEventView } from "../../lib/contracts/views";
import type { ColumnKit } from "../kits/pg";

const now = () => new Date();

/** A list of our own constants as SQL literals; a check constraint cannot hold bind parameters. */
const literals = (values: readonly string[]) => sql.raw(values.map((value) => `'${value}'`).join(", "));

export function defineSchema(c: ColumnKit) {
  /** The settings of a run. The first columns are the predecessor's; `settings` has all of them. */
  const trainingConfig = c.table("training_config", {
    id: c.text("id").primaryKey(),
    name: c.text("name"),
    modelType: c.text("model_type").notNull(),
    datasetName: c.text("dataset_name").notNull(),
    batchSize: c.int("batch_size").notNull(),
    learningRate: c.real("learning_rate").notNull(),
    epochs: c.int("epochs").notNull(),
    maxSeqLength: c.int("max_seq_length").notNull(),
    warmupSteps: c.int("warmup_steps").notNull(),
    settings: c.json<RunConfig>("settings").notNull(),
    createdAt: c.instant("created_at").notNull().$defaultFn(now),
  });

  /** The settings that a row belongs to. They stay as long as it does. */
  const ofConfig = () =>
    c
      .text("config_id")
      .notNull()
      .references(() => trainingConfig.id);

  const datasets = c.table(
    "datasets",
    {
      id: c.text("id").primaryKey(),
      name: c.text("name").notNull(),
      /** 1, 2, …: a new build with other content is the next version of its name; nothing is overwritten. */
      version: c.int("version").notNull().default(1),
      source: c.json<DatasetSource>("source").notNull(),
      contentHash: c.text("content_hash").notNull(),
      stats: c.json<DatasetStats>("stats").notNull(),
      /** Ids of the datasets it was made from; they may be gone. */
      parents: c.json<string[]>("parents").notNull().default([]),
      createdAt: c.instant("created_at").notNull().$defaultFn(now),
    },
    // No check on the version: SQLite would have to make the table anew, and runs lose their datasets by that.
    (t) => [c.uniqueIndex("datasets_name_version_idx").on(t.name, t.version)],
  );

  /** Work on data, in the background: builds, imports, downloads. Its files are below `jobs/<id>`. */
  const dataJobs = c.table(
    "data_jobs",
    {
      id: c.text("id").primaryKey(),
      title: c.text("title").notNull(),
      status: c.text<DataJobStatus>("status").notNull().default("queued"),
      spec: c.json<DataJobSpec>("spec").notNull(),
      /** The id that its dataset or tokenizer will have: the same at every attempt. */
      targetId: c.text("target_id").notNull(),
      /** Order of the queue; a resumed job goes to its end. */
      queuedAt: c.instant("queued_at").notNull().$defaultFn(now),
      leaseOwner: c.text("lease_owner"),
      leaseExpiresAt: c.instant("lease_expires_at"),
      attempts: c.int("attempts").notNull().default(0),
      progress: c.json<DataJobProgress | null>("progress"),
      result: c.json<DataJobResult | null>("result"),
      error: c.text("error"),
      createdAt: c.instant("created_at").notNull().$defaultFn(now),
      startedAt: c.instant("started_at"),
      endedAt: c.instant("ended_at"),
      updatedAt: c.instant("updated_at").notNull().$defaultFn(now).$onUpdateFn(now),
    },
    (t) => [
      c.index("data_jobs_queue_idx").on(t.status, t.queuedAt, t.id),
      c.index("data_jobs_created_idx").on(t.createdAt),
      c.check("data_jobs_status_check", sql`${t.status} in (${literals(DATA_JOB_STATUSES)})`),
    ],
  );

  const runs = c.table(
    "runs",
    {
      id: c.text("id").primaryKey(),
      configId: ofConfig(),
      datasetId: c.text("dataset_id").references(() => datasets.id, { onDelete: "set null" }),
      name: c.text("name").notNull(),
      notes: c.text("notes").notNull().default(""),
      tags: c.json<string[]>("tags").notNull().default([]),
      status: c.text<RunStatus>("status").notNull().default("queued"),
      /** Order of the queue; a resumed run goes to its end. */
      queuedAt: c.instant("queued_at").notNull().$defaultFn(now),
      isResume: c.bool("is_resume").notNull().default(false),
      leaseOwner: c.text("lease_owner"),
      leaseExpiresAt: c.instant("lease_expires_at"),
      attempts: c.int("attempts").notNull().default(0),
      /** Host and device that the run occupies while it is active; one run at a time on each. */
      deviceKey: c.text("device_key"),
      /** What the trainer says it runs on. */
      device: c.text("device"),
      /** Number of the newest row in run_events. Taken with one atomic update, so numbers follow commit order. */
      eventSeq: c.int("event_seq").notNull().default(0),
      /** Bytes of `frames.ndjson` in the run's folder that are recorded here: each frame counts exactly once. */
      framesOffset: c.int64("frames_offset").notNull().default(0),
      step: c.int("step").notNull().default(0),
      totalSteps: c.int("total_steps"),
      epoch: c.real("epoch").notNull().default(0),
      trainLoss: c.real("train_loss"),
      tokensPerSecond: c.real("tokens_per_second"),
      evalLossBefore: c.real("eval_loss_before"),
      evalLossAfter: c.real("eval_loss_after"),
      /** Tokens that both held-out losses are measured on. */
      evalTokens: c.int64("eval_tokens"),
      trainableParameters: c.int64("trainable_parameters"),
      totalParameters: c.int64("total_parameters"),
      peakBytes: c.int64("peak_bytes"),
      exitCause: c.text<ExitCause>("exit_cause"),
      exitMessage: c.text("exit_message"),
      adapterPath: c.text("adapter_path"),
      /** After which step the adapter was as it is: the last one, or the best. */
      adapterStep: c.int("adapter_step"),
      createdAt: c.instant("created_at").notNull().$defaultFn(now),
      startedAt: c.instant("started_at"),
      endedAt: c.instant("ended_at"),
      /** Time in the hands of a worker, without waiting: of attempts that are over, and when the present one began. */
      activeMs: c.int64("active_ms").notNull().default(0),
      activeSinceMs: c.int64("active_since_ms"),
      updatedAt: c.instant("updated_at").notNull().$defaultFn(now).$onUpdateFn(now),
      /** Hidden since then; only a run at rest may be. Its rows and files stay, so that it can be restored. */
      deletedAt: c.instant("deleted_at"),
    },
    (t) => [
      c.index("runs_queue_idx").on(t.status, t.queuedAt, t.id),
      c.index("runs_config_idx").on(t.configId),
      c.index("runs_dataset_idx").on(t.datasetId),
      c.index("runs_created_idx").on(t.createdAt),
      c.check("runs_status_check", sql`${t.status} in (${literals(RUN_STATUSES)})`),
      c.check("runs_exit_cause_check", sql`${t.exitCause} is null or ${t.exitCause} in (${literals(EXIT_CAUSES)})`),
      c.check("runs_step_check", sql`${t.step} >= 0 and ${t.attempts} >= 0 and ${t.eventSeq} >= 0`),
    ],
  );

  /** The run that a row belongs to, and goes with. */
  const ofRun = () =>
    c
      .text("run_id")
      .notNull()
      .references(() => runs.id, { onDelete: "cascade" });

  const runEvents = c.table(
    "run_events",
    {
      runId: ofRun(),
      seq: c.int("seq").notNull(),
      kind: c.text<RunEventView["kind"]>("kind").notNull(),
      payload: c.json<Record<string, unknown>>("payload").notNull(),
      createdAt: c.instant("created_at").notNull().$defaultFn(now),
    },
    (t) => [c.primaryKey({ columns: [t.runId, t.seq] })],
  );

  /** Losses are null when absent or not finite; `is_finite` tells the two apart. */
  const trainingMetric = c.table(
    "training_metric",
    {
      id: c.text("id").primaryKey(),
      configId: ofConfig(),
      runId: ofRun(),
      /** Passes over the data, fractional. */
      epoch: c.real("epoch").notNull(),
      step: c.int("step").notNull(),
      trainLoss: c.real("train_loss"),
      evalLoss: c.real("eval_loss"),
      processRank: c.int("process_rank").notNull().default(0),
      timestamp: c.instant("timestamp").notNull().$defaultFn(now),
      learningRate: c.real("learning_rate").notNull(),
      gradNorm: c.real("grad_norm"),
      tokensPerSecond: c.real("tokens_per_second").notNull(),
      tokensSeen: c.int64("tokens_seen").notNull(),
      isFinite: c.bool("is_finite").notNull().default(true),
      /** The trainer's resident memory at this step; null for runs of earlier versions. */
      residentBytes: c.int64("resident_bytes"),
    },
    (t) => [
      c.uniqueIndex("training_metric_run_step_rank_idx").on(t.runId, t.step, t.processRank),
      c.index("training_metric_config_idx").on(t.configId),
      c.check("training_metric_step_check", sql`${t.step} >= 0`),
    ],
  );

  const workers = c.table("workers", {
    id: c.text("id").primaryKey(),
    hostname: c.text("hostname").notNull(),
    pid: c.int("pid").notNull(),
    device: c.text("device").notNull(),
    startedAt: c.instant("started_at").notNull().$defaultFn(now),
    heartbeatAt: c.instant("heartbeat_at").notNull(),
  });

  return { trainingConfig, datasets, dataJobs, runs, runEvents, trainingMetric, workers };
}
