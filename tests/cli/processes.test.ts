import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { descendantsOf, listFromProc, listFromPs, untilGone } from "./processes";

const WAYS = [
  ["/proc", listFromProc, existsSync("/proc/self/stat")],
  ["ps", listFromPs, spawnSync("ps", ["-axo", "pid=,ppid=,stat="]).status === 0],
] as const;

test("every way that this system has finds children and grandchildren", async () => {
  const ways = WAYS.filter(([, , isHere]) => isHere);
  expect(ways).not.toEqual([]);
  const grandchild = "console.log(process.pid); setInterval(() => {}, 1000)";
  const code = `process.title = "a) b"; require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(grandchild)}], { stdio: "inherit" }); setInterval(() => {}, 1000)`;
  const child = spawn(process.execPath, ["-e", code], { stdio: ["ignore", "pipe", "inherit"] });
  const pid = await new Promise<number>((resolve) => child.stdout.once("data", (text) => resolve(Number(text))));
  try {
    for (const [name, list] of ways) expect(descendantsOf(child.pid as number, list), name).toEqual([pid]);
  } finally {
    child.kill("SIGKILL");
    process.kill(pid, "SIGKILL");
  }
  await untilGone([child.pid as number, pid]);
});
