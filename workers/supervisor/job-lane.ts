/** @file The worker's second lane: data jobs beside the run that it trains. */
import { setTimeout as sleep } from "node:timers/promises";
import { claimNextDataJob } from "@/lib/db/repositories/data-job-leases";
import { type DataJobRow, listQueuedDataJobIds } from "@/lib/db/repositories/data-jobs";
import type { ServiceContext } from "@/lib/services/context";
import { type ExecuteJobOptions, executeJob } from "./execute-job";
import { LEASE_MS } from "./lease-keeper";

const POLL_MS = 500;
/** They share the machine with a training run. */
const MAX_JOBS = 2;

export interface JobLaneOptions extends ExecuteJobOptions {
  /** No other is taken: the worker was started for its sake. */
  only?: string | undefined;
}

export class JobLane {
  readonly #running = new Map<string, Promise<void>>();

  constructor(
    private readonly ctx: ServiceContext,
    private readonly options: JobLaneOptions,
  ) {}

  /** Ids of the jobs that this worker holds. */
  get jobIds(): string[] {
    return [...this.#running.keys()];
  }

  /** Until the shutdown; then waits for those under way. */
  async run(): Promise<void> {
    const { shutdown } = this.options;
    while (!shutdown.aborted) {
      const job = this.#running.size < MAX_JOBS ? await this.#claimSafely() : null;
      if (job === null) await sleep(POLL_MS, undefined, { signal: shutdown }).catch(() => {});
      else this.#running.set(job.id, this.#execute(job));
    }
    await Promise.all(this.#running.values());
  }

  /** What goes wrong with one job must not end the worker. Where its end can't be written, its lease runs out. */
  async #execute(job: DataJobRow): Promise<void> {
    try {
      await executeJob(this.ctx, job, this.options);
    } catch (error) {
      this.ctx.log.error({ error, jobId: job.id }, "the end of a job could not be written");
    } finally {
      this.#running.delete(job.id);
    }
  }

  /** A look first, because a claim takes the write lock even when there is nothing to take. */
  async #claimSafely(): Promise<DataJobRow | null> {
    const { ctx, options } = this;
    try {
      const waiting = await listQueuedDataJobIds(ctx.db);
      if (waiting.length === 0 || (options.only !== undefined && !waiting.includes(options.only))) return null;
      const now = ctx.now();
      const lease = { owner: options.owner, expiresAt: new Date(now.getTime() + LEASE_MS), now, only: options.only };
      return await ctx.db.transaction((tx) => claimNextDataJob(tx, lease));
    } catch (error) {
      ctx.log.error({ error }, "the queue of jobs could not be read");
      return null;
    }
  }
}
