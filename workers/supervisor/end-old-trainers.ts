/** @file Makes sure that no trainer of an earlier attempt still writes into a run's folder. */
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Process ids of trainers that were started with this spec. Known by their command line, so a reused id is never hit. */
export async function findTrainers(specPath: string): Promise<number[]> {
  const processes = process.platform === "linux" ? await fromProc() : await fromPs();
  const program = basename(process.execPath);
  return processes
    .filter(({ pid, args }) => pid !== process.pid && basename(args[0] ?? "") === program && args.at(-1) === specPath)
    .map(({ pid }) => pid);
}

interface RunningProcess {
  pid: number;
  args: string[];
}

async function fromProc(): Promise<RunningProcess[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  return Promise.all(
    pids.map(async (pid) => {
      // Gone meanwhile, or a zombie: nothing that could write.
      const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      return { pid: Number(pid), args: command.split("\0").slice(0, -1) };
    }),
  );
}

async function fromPs(): Promise<RunningProcess[]> {
  const { stdout } = await run("ps", ["-axo", "pid=,args="], { maxBuffer: 16 * 1024 * 1024 });
  return stdout.split("\n").flatMap((line) => {
    const match = /^\s*(\d+)\s+(.*)$/.exec(line);
    return match?.[1] !== undefined && match[2] !== undefined
      ? [{ pid: Number(match[1]), args: match[2].split(" ") }]
      : [];
  });
}

export interface OldTrainerPatience {
  /** An orphan notices the end of its standard input, finishes its step and writes a checkpoint. */
  waitMs: number;
  termMs: number;
}

/** Waits for them to end by themselves, then ends them. Throws when one can't be ended. */
export async function endOldTrainers(
  specPath: string,
  patience: OldTrainerPatience,
  signal: AbortSignal,
): Promise<void> {
  if (await isQuietWithin(specPath, patience.waitMs, signal)) return;
  for (const kill of ["SIGTERM", "SIGKILL"] as const) {
    for (const pid of await findTrainers(specPath)) tryKill(pid, kill);
    if (await isQuietWithin(specPath, patience.termMs, signal)) return;
  }
  throw new Error("a trainer of an earlier attempt can't be ended");
}

async function isQuietWithin(specPath: string, milliseconds: number, signal: AbortSignal): Promise<boolean> {
  for (const end = Date.now() + milliseconds; ; await sleep(200, undefined, { signal })) {
    if ((await findTrainers(specPath)).length === 0) return true;
    if (Date.now() >= end) return false;
  }
}

function tryKill(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone between looking and ending.
  }
}
