/** @file A child process that is kept alive: started again with growing pauses when it ends unasked. */
import { type ChildProcess, spawn } from "node:child_process";
import { say } from "../say";

export interface ProcessSpec {
  /** For sentences: "The worker". */
  label: string;
  args: readonly string[];
  cwd: string;
  env?: NodeJS.ProcessEnv;
  /** Time to end in good order after SIGTERM, before SIGKILL. */
  graceMs: number;
  /** Gets what the process writes to standard output. Without it the text goes through unchanged. */
  onOutput?: (text: string) => void;
  /** Ended unasked so often in a row that starting it again makes no sense. */
  onGivenUp: () => void;
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;
/** Having lived this long counts as healthy: the next pause is the first one again. */
const HEALTHY_MS = 60_000;
const ATTEMPTS = 8;

/** Doubles from one second to half a minute. `failures` counts from 1. */
export const pauseMs = (failures: number): number => Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));

function describeEnd(code: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
}

export class SupervisedProcess {
  private child: ChildProcess | null = null;
  private failures = 0;
  private isStopping = false;
  private restart: NodeJS.Timeout | null = null;

  constructor(private readonly spec: ProcessSpec) {}

  get pid(): number | undefined {
    return this.child?.pid;
  }

  start(): void {
    const { args, cwd, env, onOutput } = this.spec;
    const startedAt = Date.now();
    const child = spawn(process.execPath, args, {
      cwd,
      env: env ?? process.env,
      // Its own process group: Ctrl-C in the terminal reaches us only, and we end our children in order.
      detached: true,
      // On Windows a detached console program would open a window.
      windowsHide: true,
      // The open standard input tells the child that we are alive.
      stdio: ["pipe", onOutput === undefined ? "inherit" : "pipe", "inherit"],
    });
    this.child = child;
    child.stdin?.on("error", () => {});
    child.stdout?.setEncoding("utf8").on("data", (text: string) => onOutput?.(text));
    child.once("error", () => this.ended(startedAt, "could not be started"));
    child.once("exit", (code, signal) => this.ended(startedAt, describeEnd(code, signal)));
  }

  private ended(startedAt: number, how: string): void {
    this.child = null;
    if (this.isStopping) return;
    this.failures = Date.now() - startedAt >= HEALTHY_MS ? 1 : this.failures + 1;
    const { label, onGivenUp } = this.spec;
    if (this.failures > ATTEMPTS) {
      say(`${label} ${how} ${this.failures} times in a row; giving up.`);
      onGivenUp();
      return;
    }
    const pause = pauseMs(this.failures);
    say(`${label} ${how}; starting it again in ${Math.round(pause / 1000)} s.`);
    this.restart = setTimeout(() => this.start(), pause);
  }

  /** Ends it for good; resolves when it is gone. */
  async stop(): Promise<void> {
    this.isStopping = true;
    if (this.restart !== null) clearTimeout(this.restart);
    const child = this.child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill("SIGTERM");
    const timer = setTimeout(() => this.kill(), this.spec.graceMs);
    await gone;
    clearTimeout(timer);
  }

  /** At once, with all that it has started. */
  kill(): void {
    this.isStopping = true;
    const pid = this.child?.pid;
    if (pid === undefined) return;
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      this.child?.kill("SIGKILL");
    }
  }
}
