/** @file What every handler gets beside its own spec. */
import type { DataJobPaths, DataJobProgress } from "@/lib/contracts/data-job";

export interface JobEnv {
  paths: DataJobPaths;
  /** There already, and kept from one attempt to the next: for what a resume need not do again. */
  workDir: string;
  /** Must not exist; it comes into being whole or not at all. */
  outDir: string;
  /** Aborted when the job is to stop: throw its reason, leave nothing half-made in `outDir`. */
  signal: AbortSignal;
  /** May be called as often as one likes. */
  onProgress(progress: DataJobProgress): void;
  /** One line of the job's log. */
  log(text: string): void;
}
