/** @file Processes as the system sees them: /proc on Linux, `ps` elsewhere (macOS). */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

interface Row {
  pid: number;
  parent: number;
  state: string;
}

export function listFromProc(): Row[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        // "<pid> (<name, with any characters>) <state> <parent> …"
        const [state = "", parent = ""] = readFileSync(`/proc/${name}/stat`, "utf8")
          .replace(/^.*\) /, "")
          .split(" ");
        return [{ pid: Number(name), parent: Number(parent), state }];
      } catch {
        return [];
      }
    });
}

export function listFromPs(): Row[] {
  return execFileSync("ps", ["-axo", "pid=,ppid=,stat="], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line) => {
      const [pid, parent, state = ""] = line.trim().split(/\s+/);
      // The first letter is the state; what follows are remarks.
      return { pid: Number(pid), parent: Number(parent), state: state.charAt(0) };
    });
}

const listProcesses = existsSync("/proc/self/stat") ? listFromProc : listFromPs;

/** Everything that `pid` started, and what they started. */
export function descendantsOf(pid: number, list: () => Row[] = listProcesses): number[] {
  const all = list();
  const found = [pid];
  for (const ancestor of found) found.push(...all.filter(({ parent }) => parent === ancestor).map((row) => row.pid));
  return found.slice(1);
}

const isAlive = (pid: number): boolean => listProcesses().some((row) => row.pid === pid && row.state !== "Z");

/** Resolves when none of them is left; the test's own limit ends it otherwise. */
export async function untilGone(pids: readonly number[]): Promise<void> {
  while (pids.some(isAlive)) await sleep(50);
}
