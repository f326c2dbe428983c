/**
 * @file Background data jobs, and what their child process reads and says. One process = one attempt at one job.
 *
 * Start: `data-job <order.json>`; the order is `DataJobOrder`. Frames go to file descriptor 3, one JSON object a line
 * (NDJSON); stdout and stderr are the job's log. Commands come on standard input, one JSON object a line; the end of
 * standard input means the parent is gone, and the job stops as on `stop`. Exit code 0 after `done`, else 1.
 * The process has no database rights. Tokens (HF_TOKEN …) reach it by its environment, never by the order.
 */
import { z } from "zod";
import type { DataJobStatus } from "./data-job-status";
import { DatasetSource, DatasetStats } from "./dataset";
import { DatasetBuildSpec } from "./jobs/dataset-build";
import { DatasetDeriveSpec } from "./jobs/dataset-derive";
import { DatasetImportSpec } from "./jobs/dataset-import";
import { HubDownloadSpec } from "./jobs/hub-download";
import { TokenizerTrainSpec } from "./jobs/tokenizer-train";

/** One member a kind; its schema is a file of its own in `jobs`, its work a file of its own in workers/data-job/handlers. */
export const DataJobSpec = z.discriminatedUnion("kind", [
  DatasetBuildSpec,
  DatasetDeriveSpec,
  DatasetImportSpec,
  HubDownloadSpec,
  TokenizerTrainSpec,
]);
export type DataJobSpec = z.infer<typeof DataJobSpec>;
export type DataJobKind = DataJobSpec["kind"];

export const DataJobProgress = z.strictObject({
  /** What is being done, in words for people ("Reading files"). */
  stage: z.string().max(200),
  done: z.number().min(0),
  /** Null while nobody knows. */
  total: z.number().min(0).nullable(),
  unit: z.enum(["files", "bytes", "rows", "steps"]),
});
export type DataJobProgress = z.infer<typeof DataJobProgress>;

export interface DataJobResult {
  kind: "dataset" | "tokenizer" | "model";
  id: string;
  /** As it can be named elsewhere: `name`, or `name@2`. */
  name: string;
}

export interface JobView {
  id: string;
  kind: DataJobKind;
  title: string;
  status: DataJobStatus;
  spec: DataJobSpec;
  progress: DataJobProgress | null;
  result: DataJobResult | null;
  /** One sentence for people when the job failed or was interrupted. */
  error: string | null;
  createdAt: string;
  startedAt: string | null;
  endedAt: string | null;
}

export const JOB_PROTOCOL_VERSION = 1;

/** Absolute folders; see lib/config/paths.ts. */
export const DataJobPaths = z.strictObject({
  home: z.string(),
  datasets: z.string(),
  uploads: z.string(),
  models: z.string(),
  bundledModels: z.string(),
  tokenizers: z.string(),
  repository: z.string(),
  huggingFaceCache: z.string(),
});
export type DataJobPaths = z.infer<typeof DataJobPaths>;

export const DataJobOrder = z.strictObject({
  protocol: z.literal(JOB_PROTOCOL_VERSION),
  jobId: z.string(),
  spec: DataJobSpec,
  paths: DataJobPaths,
  /** Absolute; there already, and kept from one attempt to the next until the job is completed. */
  workDir: z.string(),
  /** Absolute; must not exist, and comes into being whole or not at all. */
  outDir: z.string(),
});
export type DataJobOrder = z.infer<typeof DataJobOrder>;

/** What a job made; the worker then writes the rows. */
export const DataJobOutcome = z.strictObject({
  /** The files are in `outDir`. */
  dataset: z
    .strictObject({
      contentHash: z.string().min(1),
      stats: DatasetStats,
      /** As it is noted: what was resolved (a commit, a revision) is in it. */
      source: DatasetSource,
      /** Ids of the datasets it was made from. */
      parents: z.array(z.string()).max(1000).optional(),
    })
    .optional(),
  /** Files in the tokenizers folder, under this id. */
  tokenizer: z.strictObject({ id: z.string(), name: z.string() }).optional(),
  /** Files in the Hugging Face cache or the models folder, under this id. */
  model: z.strictObject({ id: z.string(), name: z.string() }).optional(),
});
export type DataJobOutcome = z.infer<typeof DataJobOutcome>;

export const JobFrame = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("progress"), progress: DataJobProgress }),
  z.strictObject({ kind: z.literal("done"), outcome: DataJobOutcome }),
  /** `isStopped`: it was told to stop, and did. */
  z.strictObject({ kind: z.literal("error"), message: z.string().max(5000), isStopped: z.boolean() }),
]);
export type JobFrame = z.infer<typeof JobFrame>;

/** The only one there is: stop as soon as nothing gets lost by it. */
export const JobCommand = z.strictObject({ kind: z.literal("stop") });
