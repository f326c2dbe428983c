import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { exitWithParentArgs } from "./exit-with-parent-args";
import { pauseMs, SupervisedProcess } from "./supervised-process";

let folder: string;
let processes: SupervisedProcess[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "codetune-supervised-"));
  processes = [];
});
afterEach(async () => {
  for (const each of processes) each.kill();
  await rm(folder, { recursive: true });
});

/** Each life of the program adds its process id as a line. */
async function supervise(code: string, { graceMs = 20_000, args = [] as string[] } = {}): Promise<SupervisedProcess> {
  const script = join(folder, "child.mjs");
  const note = `import { appendFileSync } from "node:fs"; import { spawn } from "node:child_process";\n`;
  const born = `\nappendFileSync(${JSON.stringify(join(folder, "lives"))}, process.pid + "\\n");`;
  await writeFile(script, `${note}${code}${born}`);
  const child = new SupervisedProcess({
    label: "The child",
    args: [...args, script],
    cwd: process.cwd(),
    graceMs,
    onGivenUp: () => {},
  });
  processes.push(child);
  child.start();
  return child;
}

const lives = (): number[] => {
  const path = join(folder, "lives");
  return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n").map(Number) : [];
};

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A process that has ended and was not waited for yet still has its number.
    return !existsSync("/proc/self/stat") || !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/** Waits for what must come true; the test's own limit ends it otherwise. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await sleep(20);
}

test("a child that dies is started again, and stays gone after stop", async () => {
  const child = await supervise("setInterval(() => {}, 1000);");
  await until(() => lives().length === 1);
  process.kill(lives()[0] as number, "SIGKILL");
  await until(() => lives().length === 2);
  const second = lives()[1] as number;
  expect(isAlive(second)).toBe(true);
  await child.stop();
  expect(isAlive(second)).toBe(false);
  await sleep(pauseMs(1) + 500);
  expect(lives()).toHaveLength(2);
});

test("stop during the pause before a restart means no restart", async () => {
  const child = await supervise("");
  await until(() => lives().length === 1 && !isAlive(lives()[0] as number));
  await child.stop();
  await sleep(pauseMs(1) + 500);
  expect(lives()).toHaveLength(1);
});

test("a child that does not listen to SIGTERM is ended with what it started", async () => {
  const code = `process.on("SIGTERM", () => {});
    const own = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    appendFileSync(${JSON.stringify(join(folder, "lives"))}, own.pid + "\\n");
    setInterval(() => {}, 1000);`;
  const child = await supervise(code, { graceMs: 200 });
  await until(() => lives().length === 2);
  await child.stop();
  await until(() => lives().every((pid) => !isAlive(pid)));
});

test("a child ends when the process that started it is killed", async () => {
  const [script, pidFile] = [join(folder, "grandchild.mjs"), join(folder, "pid")];
  await writeFile(
    script,
    `import { writeFileSync } from "node:fs"; writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); setInterval(() => {}, 1000);`,
  );
  const parentCode = `require("node:child_process").spawn(process.execPath, ${JSON.stringify([...exitWithParentArgs(), script])}, { stdio: ["pipe", "inherit", "inherit"], detached: true }); setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ["-e", parentCode], { stdio: "inherit" });
  await until(() => existsSync(pidFile) && readFileSync(pidFile, "utf8") !== "");
  const pid = Number(readFileSync(pidFile, "utf8"));
  expect(isAlive(pid)).toBe(true);
  parent.kill("SIGKILL");
  await until(() => !isAlive(pid));
});

test("pauses double up to half a minute", () => {
  expect([1, 2, 3, 4, 5, 6, 7, 20].map(pauseMs)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
});
