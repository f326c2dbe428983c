/** @file Makes sure that no trainer of an earlier attempt still writes into a run's folder. */
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * Process ids of trainers that were started with this spec. Known by their command line, so a reused id is never hit.
 * Windows shows no command lines without PowerShell: there the lock in the run's folder alone keeps a second one out.
 */
export async function findTrainers(specPath: string): Promise<number[]> {
  if (process.platform === "win32") return [];
  const found = process.platform === "linux" ? await fromProc(specPath) : await fromPs(specPath);
  return found.filter((pid) => pid !== process.pid);
}

const isOurProgram = (path: string): boolean => basename(path) === basename(process.execPath);

async function fromProc(specPath: string): Promise<number[]> {
  const found: number[] = [];
  const look = async (pid: string) => {
    // Gone meanwhile, or a zombie: nothing that could write.
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    const args = command.split("\0").slice(0, -1);
    if (isOurProgram(args[0] ?? "") && args.at(-1) === specPath) found.push(Number(pid));
  };
  await Promise.all((await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(look));
  return found;
}

async function fromPs(specPath: string): Promise<number[]> {
  // Twice w: whole command lines, however long.
  const { stdout } = await run("ps", ["-axwwo", "pid=,args="], { maxBuffer: 16 * 1024 * 1024 });
  return trainersInPs(stdout, specPath);
}

/** `ps` joins arguments by spaces, which paths may contain as well: so only the begin and the end are compared. */
export function trainersInPs(text: string, specPath: string): number[] {
  return text.split("\n").flatMap((line) => {
    const [, pid, command = ""] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
    const isOurs = command.startsWith(`${process.execPath} `) || isOurProgram(command.split(" ", 1)[0] ?? "");
    return pid !== undefined && isOurs && command.endsWith(` ${specPath}`) ? [Number(pid)] : [];
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
