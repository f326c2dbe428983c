/** @file One claimed data job, from its order to its end. */
import { mkdir, rm } from "node:fs/promises";
import type { ChildEntry } from "@/lib/config/child-entry";
import { type DataJobOrder, DataJobPaths, JOB_PROTOCOL_VERSION, JobFrame } from "@/lib/contracts/data-job";
import { isUniqueViolation } from "@/lib/db/errors";
import { changeDataJobStatus, type DataJobRow, recordDataJobProgress } from "@/lib/db/repositories/data-jobs";
import { userMessage } from "@/lib/errors";
import type { ServiceContext } from "@/lib/services/context";
import { removeSourceUpload } from "@/lib/services/jobs/remove-source-upload";
import { ChildProgram, type StopPatience } from "./child-program";
import type { StopReason } from "./decide-end";
import { decideJobEnd, type JobEnd, type JobProcessEnd } from "./decide-job-end";
import { endOldTrainers, type OldTrainerPatience } from "./end-old-trainers";
import { clearUnlisted, type JobFolders, jobFolders } from "./job-folders";
import { dataJobLease, keepLease } from "./lease-keeper";
import { patiently } from "./patiently";
import { ProtocolError, readFrames } from "./read-frames";
import { LostLeaseError } from "./record-frame";
import { registerOutcome } from "./register-outcome";
import { writeJsonFile } from "./write-json-file";

export interface ExecuteJobOptions {
  owner: string;
  jobEntry(): ChildEntry;
  stopPatience: StopPatience;
  shutdownPatience: StopPatience;
  oldTrainerPatience: OldTrainerPatience;
  /** The worker is told to end. */
  shutdown: AbortSignal;
}

/** It may need the Hub's token; nobody else's. */
const WITHHELD = ["OPENAI_API_KEY", "ANTHROPIC_API_KEY"];
/** From the last word to the exit. */
const EXIT_PATIENCE = { stopMs: 10_000, termMs: 5_000 };
/** Others may take the same version of a name at the same moment. */
const MAX_REGISTER_ATTEMPTS = 5;

export async function executeJob(ctx: ServiceContext, job: DataJobRow, options: ExecuteJobOptions): Promise<void> {
  await new JobExecution(ctx, job, options).run();
}

class JobExecution {
  readonly #abort = new AbortController();
  #child: ChildProgram | null = null;
  #stopReason: StopReason = null;
  #isLost = false;

  constructor(
    private readonly ctx: ServiceContext,
    private readonly job: DataJobRow,
    private readonly options: ExecuteJobOptions,
  ) {}

  async run(): Promise<void> {
    const { ctx, job } = this;
    const { shutdown, owner } = this.options;
    const events = { onStopWished: () => this.#stop("person"), onLost: () => this.#lose() };
    const release = keepLease(ctx, dataJobLease(owner, job.id), events);
    const onShutdown = () => this.#stop("shutdown");
    shutdown.addEventListener("abort", onShutdown);
    if (shutdown.aborted) onShutdown();
    try {
      const end = await this.#work();
      if (!this.#isLost) await this.#finish(end);
    } catch (error) {
      if (error instanceof LostLeaseError || this.#isLost) {
        ctx.log.warn({ jobId: job.id }, "the lease is lost; the job was stopped");
        return;
      }
      ctx.log.error({ error, jobId: job.id }, "a job was given up");
      await this.#finish({ to: "failed", error: userMessage(error) });
    } finally {
      shutdown.removeEventListener("abort", onShutdown);
      release();
    }
  }

  async #work(): Promise<JobEnd> {
    const { ctx, job, options } = this;
    const folders = jobFolders(ctx, job);
    try {
      await mkdir(folders.workDir, { recursive: true });
      await endOldTrainers(folders.order, options.oldTrainerPatience, this.#abort.signal);
      await this.#patiently(() => clearUnlisted(ctx, job));
      await rm(folders.frames, { force: true });
      const order: DataJobOrder = {
        protocol: JOB_PROTOCOL_VERSION,
        jobId: job.id,
        spec: job.spec,
        // Without what a child needs not know.
        paths: DataJobPaths.strip().parse(ctx.paths),
        workDir: folders.workDir,
        outDir: folders.outDir,
      };
      await writeJsonFile(folders.order, order);
      this.#abort.signal.throwIfAborted();
    } catch (error) {
      const nothing = { lastWord: null, exit: { code: null, signal: null }, protocolError: null };
      if (this.#stopReason !== null) return decideJobEnd(nothing, this.#stopReason);
      throw error;
    }
    return decideJobEnd(await this.#listen(folders), this.#stopReason);
  }

  /** From the start of the process to its exit. */
  async #listen({ order, log, frames }: JobFolders): Promise<JobProcessEnd> {
    const child = await ChildProgram.start(this.options.jobEntry(), { spec: order, log, frames }, WITHHELD);
    this.#child = child;
    // A stop that came while it started.
    if (this.#isLost || this.#stopReason !== null) this.#askToStop();
    const end: Omit<JobProcessEnd, "exit"> = { lastWord: null, protocolError: null };
    try {
      const options = { path: frames, schema: JobFrame, offset: 0, isWriterGone: () => child.isGone };
      for await (const { frame } of readFrames(options)) {
        if (end.lastWord !== null) throw new ProtocolError(`${frame.kind} after ${end.lastWord.kind}`);
        if (frame.kind === "progress") await this.#recordProgress(frame);
        else {
          end.lastWord = frame;
          child.stop(EXIT_PATIENCE);
        }
      }
    } catch (error) {
      if (error instanceof ProtocolError) {
        child.kill("SIGKILL");
        end.protocolError = error.message;
      } else {
        this.#askToStop();
        await child.exit;
        throw error;
      }
    }
    return { ...end, exit: await child.exit };
  }

  async #recordProgress({ progress }: Extract<JobFrame, { kind: "progress" }>): Promise<void> {
    const record = { jobId: this.job.id, owner: this.options.owner, progress, now: this.ctx.now() };
    const isOurs = await this.#patiently(() => this.ctx.db.transaction((tx) => recordDataJobProgress(tx, record)));
    if (!isOurs) throw new LostLeaseError(`the lease of ${this.job.id} is lost`);
  }

  /** What was made and the end of the job are written together, or not at all. */
  async #finish(end: JobEnd): Promise<void> {
    const { ctx, job } = this;
    const now = ctx.now();
    const row = await this.#patiently(() => this.#writeEnd(end, now));
    if (row === null) throw new LostLeaseError(`the lease of ${job.id} is lost`);
    await clearUnlisted(ctx, job);
    if (end.to === "completed") {
      await rm(jobFolders(ctx, job).workDir, { recursive: true, force: true });
      await removeSourceUpload(ctx, job.spec);
    }
    ctx.log.info({ jobId: job.id, status: end.to }, "a job has ended");
  }

  async #writeEnd(end: JobEnd, now: Date, attempt = 1): Promise<DataJobRow | null> {
    const { job, options } = this;
    const from = end.to === "cancelled" ? (["cancelling"] as const) : (["running", "cancelling"] as const);
    try {
      return await this.ctx.db.transaction(async (tx) => {
        const made =
          end.to === "completed" ? { result: await registerOutcome(tx, job, end.outcome, now) } : { error: end.error };
        const set = { ...made, leaseOwner: null, leaseExpiresAt: null, endedAt: now };
        const change = { jobId: job.id, from, to: end.to, leaseOwner: options.owner, set, now };
        const row = await changeDataJobStatus(tx, change);
        // Nothing is listed for a job that is another's.
        if (row === null) throw new LostLeaseError(`the lease of ${job.id} is lost`);
        return row;
      });
    } catch (error) {
      if (!isUniqueViolation(error) || attempt >= MAX_REGISTER_ATTEMPTS) throw error;
      return this.#writeEnd(end, now, attempt + 1);
    }
  }

  #patiently<T>(write: () => Promise<T>): Promise<T> {
    const { log } = this.ctx;
    const isFinal = (error: unknown) => this.#isLost || error instanceof LostLeaseError;
    return patiently(write, { log, shutdown: this.options.shutdown, isFinal });
  }

  #stop(reason: Exclude<StopReason, null>): void {
    // A person's wish outlives a shutdown: the job is then cancelled, not interrupted.
    this.#stopReason = this.#stopReason === "person" ? "person" : reason;
    this.#abort.abort();
    this.#askToStop();
  }

  /** Nothing more is written. The next owner waits for the process. */
  #lose(): void {
    this.#isLost = true;
    this.#abort.abort();
    this.#askToStop();
  }

  #askToStop(): void {
    const { stopPatience, shutdownPatience, shutdown } = this.options;
    this.#child?.stop(shutdown.aborted ? shutdownPatience : stopPatience);
  }
}
