/** @file Plain data that services return and screens, the API and the CLI show. Instants are ISO 8601 strings. */
import type { DatasetDocument, DatasetSource, DatasetStats } from "./dataset";
import type { RunConfig } from "./run-config";
import type { ExitCause, RunStatus } from "./run-status";

export interface DatasetView {
  id: string;
  name: string;
  /** 1, 2, …: a new build with another content is the next version of its name. */
  version: number;
  source: DatasetSource;
  /** sha256 over the documents. */
  contentHash: string;
  stats: DatasetStats;
  /** Ids of the datasets it was made from; they may be gone. */
  parents: string[];
  createdAt: string;
}

export interface DatasetDetailView extends DatasetView {
  preview: DatasetDocument[];
}

export interface ModelView {
  /** What goes into `model_type`. */
  id: string;
  name: string;
  architecture: string;
  parameters: number;
  contextLength: number;
  vocabularySize: number;
  layers: number;
  hiddenSize: number;
  /** Linear layer names that LoRA can target. */
  linearModules: string[];
  bytes: number;
  isBundled: boolean;
  /** Absolute folder. */
  path: string;
  license: string | null;
}

export interface RunView {
  id: string;
  name: string;
  /** What people wrote about it, and their labels; see run-details.ts. */
  notes: string;
  tags: string[];
  status: RunStatus;
  config: RunConfig;
  datasetName: string;
  /** Null when the dataset was deleted. */
  datasetId: string | null;
  /** Steps done and to do; null until the trainer knows. */
  step: number;
  totalSteps: number | null;
  epoch: number;
  trainLoss: number | null;
  evalLossBefore: number | null;
  evalLossAfter: number | null;
  /** Tokens that both held-out losses are measured on; null until the trainer has said so. */
  evalTokens: number | null;
  tokensPerSecond: number | null;
  peakBytes: number | null;
  device: string | null;
  exitCause: ExitCause | null;
  /** One sentence for people when the run ended before its last step, whether well or not. */
  exitMessage: string | null;
  adapterPath: string | null;
  /** After which step the adapter was as it is: the last one, or the best. Null without one, and for old runs. */
  adapterStep: number | null;
  trainableParameters: number | null;
  totalParameters: number | null;
  /** Runs ahead of this one; null unless queued. */
  queuePosition: number | null;
  createdAt: string;
  startedAt: string | null;
  endedAt: string | null;
  /** Time that a worker spent on it, over all attempts that are over: waiting and rest are not in it. */
  activeMs: number;
  /** When the present attempt began; null while none is under way. */
  activeSince: string | null;
}

/** A run in a list. */
export interface RunListView extends RunView {
  /** At most 40 train losses in step order, evenly spaced, the newest last. */
  sparkline: number[];
}

export interface WorkerView {
  id: string;
  /** What it was started for, e.g. "auto"; the device that a run really uses is in its RunView. */
  device: string;
  hostname: string;
  /** It reported within the last 20 seconds. */
  isAlive: boolean;
  currentRunId: string | null;
  heartbeatAt: string;
}

export interface MetricPoint {
  step: number;
  epoch: number;
  trainLoss: number | null;
  evalLoss: number | null;
  learningRate: number;
  gradNorm: number | null;
  tokensPerSecond: number;
  tokensSeen: number;
  isFinite: boolean;
  /** The trainer's resident memory; null for runs of earlier versions. */
  residentBytes: number | null;
  timestamp: string;
}

/** One row of `run_events`; `seq` is the Last-Event-ID of the stream. */
export interface RunEventView {
  seq: number;
  kind: "status" | "progress" | "metric" | "sample" | "checkpoint" | "log" | "hello" | "done" | "error";
  payload: Record<string, unknown>;
  createdAt: string;
}

export interface HealthView {
  status: "ok" | "degraded";
  version: string;
  database: "postgres" | "libsql";
  /** Milliseconds since a worker last reported; null when none ever did. */
  workerHeartbeatAgeMs: number | null;
}
