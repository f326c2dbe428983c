/** @file One child, a trainer or a data job: started, told to stop, and made to stop when it does not. */
import { type ChildProcess, spawn } from "node:child_process";
import { open } from "node:fs/promises";
import type { ChildEntry } from "@/lib/config/child-entry";

/** No child has database rights or the studio's own key. */
const WITHHELD = ["DATABASE_URL", "CODETUNE_TOKEN"];

/** The one command that all of them know. */
const STOP = `${JSON.stringify({ kind: "stop" })}\n`;

export interface ChildExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface StopPatience {
  /** From `stop` to SIGTERM: what it saves must fit, for a trainer a step and a checkpoint. */
  stopMs: number;
  /** From SIGTERM to SIGKILL. */
  termMs: number;
}

export interface ChildPaths {
  spec: string;
  log: string;
  frames: string;
}

export class ChildProgram {
  readonly #child: ChildProcess;
  readonly #timers: NodeJS.Timeout[] = [];
  #termAt: number | null = null;
  #isGone = false;
  /** Resolves once, when the process is gone (or could not be started). */
  readonly exit: Promise<ChildExit>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.exit = new Promise((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null) => {
        this.#isGone = true;
        for (const timer of this.#timers) clearTimeout(timer);
        resolve({ code, signal });
      };
      child.once("exit", end);
      child.once("error", () => child.pid === undefined && end(null, null));
    });
    // A child that is gone can't be told anything; its exit is what counts.
    child.stdin?.on("error", () => {});
  }

  /**
   * Standard output and error go to the end of `paths.log`, frames to the end of `paths.frames`.
   * @param withheld variables of the environment that it is not to see
   */
  static async start(entry: ChildEntry, paths: ChildPaths, withheld: readonly string[] = []): Promise<ChildProgram> {
    const log = await open(paths.log, "a");
    const frames = await open(paths.frames, "a");
    try {
      const env = { ...process.env };
      for (const name of [...WITHHELD, ...withheld]) delete env[name];
      const child = spawn(entry.execPath, [...entry.args, paths.spec], {
        cwd: entry.cwd,
        env,
        stdio: ["pipe", log.fd, log.fd, frames.fd],
        // Its own process group: Ctrl-C in a terminal is for the worker, which then asks for a checkpoint.
        detached: true,
        // On Windows a detached console program would open a window.
        windowsHide: true,
      });
      return new ChildProgram(child);
    } finally {
      await log.close();
      await frames.close();
    }
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** Asks to stop, then insists. Of several calls the one with the least patience counts. */
  stop({ stopMs, termMs }: StopPatience): void {
    if (this.#termAt === null && this.#child.stdin?.writable) this.#child.stdin.write(STOP);
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
