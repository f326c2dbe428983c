/** @file One trainer: started, listened to, told to stop, and made to stop when it does not. */
import { type ChildProcess, spawn } from "node:child_process";
import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import type { ChildEntry } from "@/lib/config/child-entry";
import type { Command, Frame } from "@/lib/contracts/trainer-protocol";
import { readFrames } from "./read-frames";

/** A trainer has no database rights and needs no secrets. */
const WITHHELD = ["DATABASE_URL", "CODETUNE_TOKEN", "HF_TOKEN", "OPENAI_API_KEY", "ANTHROPIC_API_KEY"];

export interface TrainerExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface StopPatience {
  /** From `stop` to SIGTERM: a step and a checkpoint must fit. */
  stopMs: number;
  /** From SIGTERM to SIGKILL. */
  termMs: number;
}

export class TrainerProcess {
  readonly #child: ChildProcess;
  readonly #timers: NodeJS.Timeout[] = [];
  #termAt: number | null = null;
  /** Resolves once, when the process is gone (or could not be started). */
  readonly exit: Promise<TrainerExit>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.exit = new Promise((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null) => {
        for (const timer of this.#timers) clearTimeout(timer);
        resolve({ code, signal });
      };
      child.once("exit", end);
      child.once("error", () => child.pid === undefined && end(null, null));
    });
    // A trainer that is gone can't be told anything; its exit is what counts.
    child.stdin?.on("error", () => {});
  }

  /** Standard output and error go to the end of `logPath`. */
  static async start(entry: ChildEntry, specPath: string, logPath: string): Promise<TrainerProcess> {
    const log = await open(logPath, "a");
    try {
      const env = { ...process.env };
      for (const name of WITHHELD) delete env[name];
      const child = spawn(entry.execPath, [...entry.args, specPath], {
        cwd: entry.cwd,
        env,
        stdio: ["pipe", log.fd, log.fd, "pipe"],
        // Its own process group: Ctrl-C in a terminal is for the worker, which then asks for a checkpoint.
        detached: true,
      });
      return new TrainerProcess(child);
    } finally {
      await log.close();
    }
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  frames(): AsyncGenerator<Frame> {
    return readFrames(this.#child.stdio[3] as Readable);
  }

  send(command: Command): void {
    if (this.#child.stdin?.writable) this.#child.stdin.write(`${JSON.stringify(command)}\n`);
  }

  /** Asks to stop, then insists. Of several calls the one with the least patience counts. */
  stop({ stopMs, termMs }: StopPatience): void {
    if (this.#termAt === null) this.send({ kind: "stop" });
    const termAt = Date.now() + stopMs;
    if (this.#termAt !== null && this.#termAt <= termAt) return;
    this.#termAt = termAt;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#later(stopMs, () => this.kill("SIGTERM"));
    this.#later(stopMs + termMs, () => this.kill("SIGKILL"));
  }

  kill(signal: "SIGTERM" | "SIGKILL"): void {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill(signal);
  }

  #later(milliseconds: number, work: () => void): void {
    this.#timers.push(setTimeout(work, milliseconds));
  }
}
