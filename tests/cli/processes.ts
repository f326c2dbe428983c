/** @file Processes as the system sees them (Linux: /proc). */
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

interface Row {
  pid: number;
  parent: number;
  state: string;
}

function listProcesses(): Row[] {
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

/** Everything that `pid` started, and what they started. */
export function descendantsOf(pid: number): number[] {
  const all = listProcesses();
  const found = [pid];
  for (const ancestor of found) found.push(...all.filter(({ parent }) => parent === ancestor).map((row) => row.pid));
  return found.slice(1);
}

const isAlive = (pid: number): boolean => listProcesses().some((row) => row.pid === pid && row.state !== "Z");

/** Resolves when none of them is left; the test's own limit ends it otherwise. */
export async function untilGone(pids: readonly number[]): Promise<void> {
  while (pids.some(isAlive)) await sleep(50);
}
