/** @file One claimed run, from its settings to its end. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { ChildEntry } from "@/lib/config/child-entry";
import type { RunStatus } from "@/lib/contracts/run-status";
import { Frame, type TrainerSpec } from "@/lib/contracts/trainer-protocol";
import { recordRunEvent } from "@/lib/db/repositories/run-progress";
import { changeRunStatus } from "@/lib/db/repositories/run-transitions";
import type { RunRecord } from "@/lib/db/repositories/runs";
import { AppError, userMessage } from "@/lib/errors";
import type { ServiceContext } from "@/lib/services/context";
import { checkArtefact } from "./check-artefact";
import { type ChildPaths, ChildProgram, type StopPatience } from "./child-program";
import { decideEnd, type RunEnd, type StopReason, type TrainerEnd } from "./decide-end";
import { endOldTrainers, type OldTrainerPatience } from "./end-old-trainers";
import { framesPathOf, type Patiently, recoverFrames } from "./frames-file";
import { keepLease, runLease } from "./lease-keeper";
import { patiently } from "./patiently";
import type { PrepareRun } from "./prepare-run";
import { ProtocolError, type ReadFrame, readFrames } from "./read-frames";
import { LostLeaseError, RefusedFrameError, recordFrame } from "./record-frame";
import { writeJsonFile } from "./write-json-file";

export interface ExecuteOptions {
  owner: string;
  trainerEntry(): ChildEntry;
  prepareRun: PrepareRun;
  stopPatience: StopPatience;
  shutdownPatience: StopPatience;
  oldTrainerPatience: OldTrainerPatience;
  /** The worker is told to end. */
  shutdown: AbortSignal;
}

/** A trainer needs no secrets. */
const WITHHELD = ["HF_TOKEN", "OPENAI_API_KEY", "ANTHROPIC_API_KEY"];
/** From the last word to the exit. */
const EXIT_PATIENCE = { stopMs: 10_000, termMs: 5_000 };

export async function executeRun(ctx: ServiceContext, record: RunRecord, options: ExecuteOptions): Promise<void> {
  const execution = new RunExecution(ctx, record, options);
  await execution.run();
}

class RunExecution {
  readonly #ctx: ServiceContext;
  readonly #record: RunRecord;
  readonly #options: ExecuteOptions;
  /** Ends preparation. */
  readonly #abort = new AbortController();
  #trainer: ChildProgram | null = null;
  #stopReason: StopReason = null;
  #isLost = false;

  constructor(ctx: ServiceContext, record: RunRecord, options: ExecuteOptions) {
    this.#ctx = ctx;
    this.#record = record;
    this.#options = options;
  }

  get #runId(): string {
    return this.#record.run.id;
  }

  async run(): Promise<void> {
    const { shutdown, owner } = this.#options;
    const events = { onStopWished: () => this.#stop("person"), onLost: () => this.#lose() };
    const release = keepLease(this.#ctx, runLease(owner, this.#runId), events);
    const onShutdown = () => this.#stop("shutdown");
    shutdown.addEventListener("abort", onShutdown);
    if (shutdown.aborted) onShutdown();
    try {
      const end = await this.#train();
      if (!this.#isLost) await this.#finish(end);
    } catch (error) {
      if (error instanceof LostLeaseError || this.#isLost) {
        this.#ctx.log.warn({ runId: this.#runId }, "the lease is lost; the trainer was stopped");
        return;
      }
      this.#ctx.log.error({ error, runId: this.#runId }, "a run was given up");
      const end = { to: "failed", exitCause: "internal", exitMessage: userMessage(error), adapterPath: null } as const;
      await this.#writeEnd(end, this.#ctx.now());
    } finally {
      shutdown.removeEventListener("abort", onShutdown);
      release();
    }
  }

  /** Preparation and training. Returns what is to become of the run. */
  async #train(): Promise<RunEnd & { adapterPath: string | null }> {
    const runDir = join(this.#ctx.paths.runs, this.#runId);
    const specPath = join(runDir, "spec.json");
    let spec: TrainerSpec;
    let framesOffset: number;
    try {
      await mkdir(runDir, { recursive: true });
      await endOldTrainers(specPath, this.#options.oldTrainerPatience, this.#abort.signal);
      const again: Patiently = (call) => this.#patiently(call);
      framesOffset = await recoverFrames(this.#ctx, runDir, this.#runId, this.#options.owner, again);
      spec = await this.#options.prepareRun(this.#ctx, this.#record, {
        runDir,
        signal: this.#abort.signal,
        patiently: again,
        onProgress: (done, total) => this.#note({ kind: "progress", phase: "loading", done, total }),
      });
      this.#abort.signal.throwIfAborted();
      await writeJsonFile(join(runDir, "config.json"), this.#record.config);
      await writeJsonFile(specPath, spec);
    } catch (error) {
      return { ...this.#endOfPreparation(error), adapterPath: null };
    }
    const end = await this.#listen(
      { spec: specPath, log: join(runDir, "log.txt"), frames: framesPathOf(runDir) },
      framesOffset,
    );
    const decided = decideEnd(end, this.#stopReason);
    if (decided.to !== "completed" || end.lastWord?.kind !== "done") return { ...decided, adapterPath: null };
    return this.#checked(decided, end.lastWord.adapterPath, runDir);
  }

  #endOfPreparation(error: unknown): RunEnd {
    if (this.#isLost) throw new LostLeaseError("the lease is lost");
    if (this.#stopReason !== null) {
      const nothing = { lastWord: null, exit: { code: null, signal: null }, protocolError: null, refusedFrame: null };
      return decideEnd({ ...nothing, step: this.#record.run.step }, this.#stopReason);
    }
    this.#ctx.log.error({ error, runId: this.#runId }, "a run could not be prepared");
    const isTheirs = error instanceof AppError && error.code !== "internal" && error.code !== "unavailable";
    const dataCodes = ["precondition_failed", "not_found"];
    const cause = !isTheirs ? "internal" : dataCodes.includes(error.code) ? "data_error" : "user_config";
    return { to: "failed", exitCause: cause, exitMessage: userMessage(error) };
  }

  /** From the start of the trainer to its exit, with every frame recorded. */
  async #listen(paths: ChildPaths, offset: number): Promise<TrainerEnd> {
    const trainer = await ChildProgram.start(this.#options.trainerEntry(), paths, WITHHELD);
    this.#trainer = trainer;
    // A stop that came while it started.
    if (this.#isLost) this.#askToStop();
    else if (this.#stopReason !== null) this.#stop(this.#stopReason);

    const end: Omit<TrainerEnd, "exit"> = {
      lastWord: null,
      protocolError: null,
      refusedFrame: null,
      step: this.#record.run.step,
    };
    const frames = { path: paths.frames, schema: Frame, offset, isWriterGone: () => trainer.isGone };
    try {
      for await (const read of readFrames(frames)) {
        const { frame } = read;
        if (end.lastWord !== null) throw new ProtocolError(`${frame.kind} after ${end.lastWord.kind}`);
        const status = await this.#recordPatiently(read);
        if (status === "stopping") this.#stop("person");
        if (frame.kind === "metric") end.step = frame.step;
        if (frame.kind === "done" || frame.kind === "error") {
          end.lastWord = frame;
          trainer.stop(EXIT_PATIENCE);
        }
      }
    } catch (error) {
      if (error instanceof ProtocolError) {
        trainer.kill("SIGKILL");
        end.protocolError = error.message;
      } else {
        // Nothing wrong with the trainer: its checkpoint, and the frames in the file, are for whoever goes on.
        this.#askToStop();
        await trainer.exit;
        if (!(error instanceof RefusedFrameError)) throw error;
        this.#ctx.log.error({ error, runId: this.#runId }, "the database refuses a frame");
        end.refusedFrame = error.message;
      }
    }
    return { ...end, exit: await trainer.exit };
  }

  #recordPatiently({ frame, start, end }: ReadFrame<Frame>): Promise<RunStatus> {
    return this.#patiently(() => {
      const place = { runId: this.#runId, owner: this.#options.owner, frame, start, end, now: this.#ctx.now() };
      return recordFrame(this.#ctx.db, place);
    });
  }

  #patiently<T>(write: () => Promise<T>): Promise<T> {
    return patiently(write, {
      log: this.#ctx.log,
      shutdown: this.#options.shutdown,
      isFinal: (error) => this.#isLost || error instanceof LostLeaseError || error instanceof RefusedFrameError,
    });
  }

  /** A run is completed only when what it made can be read back from the disk. */
  async #checked(end: RunEnd, path: string | null, runDir: string): Promise<RunEnd & { adapterPath: string | null }> {
    try {
      return { ...end, adapterPath: await checkArtefact(path, runDir, this.#record.config.method) };
    } catch (error) {
      const exitMessage = `The training ended, but its result can't be used: ${userMessage(error)}`;
      return { to: "failed", exitCause: "internal", exitMessage, adapterPath: null };
    }
  }

  async #finish(end: RunEnd & { adapterPath: string | null }): Promise<void> {
    const now = this.#ctx.now();
    await this.#patiently(() => this.#writeEnd(end, now));
    this.#ctx.log.info({ runId: this.#runId, status: end.to, exitCause: end.exitCause }, "a run has ended");
  }

  async #writeEnd(end: RunEnd & { adapterPath: string | null }, now: Date): Promise<void> {
    const { to, exitCause, exitMessage, adapterPath } = end;
    const from = (["preparing", "running", "stopping"] as const).filter(
      (status) => to === "failed" || to === "interrupted" || status !== "preparing",
    );
    const set = { exitCause, exitMessage, adapterPath, leaseOwner: null, leaseExpiresAt: null, endedAt: now };
    const leaseOwner = this.#options.owner;
    const change = { runId: this.#runId, from, to, leaseOwner, set, now };
    const row = await this.#ctx.db.transaction((tx) => changeRunStatus(tx, change));
    if (row === null) throw new LostLeaseError(`the lease of ${this.#runId} is lost`);
  }

  #stop(reason: Exclude<StopReason, null>): void {
    // A person's wish outlives a shutdown: the run is then stopped, not interrupted.
    this.#stopReason = this.#stopReason === "person" ? "person" : reason;
    this.#abort.abort();
    this.#askToStop();
  }

  /** Nothing more is recorded. The next owner waits for the trainer, and records what it still said. */
  #lose(): void {
    this.#isLost = true;
    this.#abort.abort();
    this.#askToStop();
  }

  #askToStop(): void {
    const { stopPatience, shutdownPatience, shutdown } = this.#options;
    this.#trainer?.stop(shutdown.aborted ? shutdownPatience : stopPatience);
  }

  /** Progress of our own; losing one costs nothing. */
  #note(frame: Extract<Frame, { kind: "progress" }>): void {
    const { kind, ...payload } = frame;
    const event = { kind, payload, createdAt: this.#ctx.now() };
    this.#ctx.db
      .transaction((tx) => recordRunEvent(tx, { runId: this.#runId, owner: this.#options.owner, event, progress: {} }))
      .catch((error: unknown) => this.#ctx.log.warn({ error }, "progress could not be recorded"));
  }
}
