import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockRun } from "./lock-run";

let dir: string;
let path: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "lock-"));
  path = join(dir, "trainer.1.pid");
});
afterEach(async () => rm(dir, { recursive: true, force: true }));

/** A process id that belonged to a process which has ended. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  return child.pid as number;
}

test("takes, holds and gives back", async () => {
  const release = await lockRun(dir);
  expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ pid: process.pid });
  await release();
  expect(await readdir(dir)).toEqual(["trainer.1.pid"]);
  expect(await readFile(path, "utf8")).toBe("");
});

test.each(["trainer.pid", "trainer.1.pid", "trainer.10.pid"])(
  "a live owner in %s is respected, and its lock stays",
  async (name) => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    try {
      // No start time: as on systems that do not tell it.
      await writeFile(join(dir, name), JSON.stringify({ pid: child.pid, startTime: null }));
      if (name === "trainer.10.pid") await writeFile(join(dir, "trainer.9.pid"), "");
      const files = await readdir(dir);
      await expect(lockRun(dir)).rejects.toThrow(new RegExp(`process ${child.pid}\\) is at work`));
      expect(await readdir(dir)).toEqual(files);
    } finally {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    // Now that it is gone the lock can be had.
    await (await lockRun(dir))();
  },
);

test.each([
  ["of a process that has ended", async () => JSON.stringify({ pid: await deadPid(), startTime: "1" })],
  // In a container a new process easily gets the number of the one before.
  ["with a number that is now ours", async () => JSON.stringify({ pid: process.pid, startTime: null })],
  ["that is empty", async () => ""],
  ["that is no JSON", async () => "12"],
  ["with a nonsense process id", async () => JSON.stringify({ pid: -1, startTime: null })],
])("a lock %s is taken over", async (_, content) => {
  await writeFile(path, await content());
  const release = await lockRun(dir);
  expect(JSON.parse(await readFile(join(dir, "trainer.2.pid"), "utf8"))).toMatchObject({ pid: process.pid });
  await expect(lockRun(dir)).rejects.toThrow(/is at work/);
  await release();
  expect((await readdir(dir)).toSorted()).toEqual(["trainer.1.pid", "trainer.2.pid"]);
});

test("a run folder from before there were generations is taken over", async () => {
  await writeFile(join(dir, "trainer.pid"), JSON.stringify({ pid: await deadPid(), startTime: "1" }));
  const release = await lockRun(dir);
  expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ pid: process.pid });
  await expect(lockRun(dir)).rejects.toThrow(/is at work/);
  await release();
  await (await lockRun(dir))();
});

test.runIf(process.platform === "linux")(
  "a number that another process has now is told by its start time",
  async () => {
    await writeFile(path, JSON.stringify({ pid: process.ppid, startTime: "1" }));
    await (await lockRun(dir))();
  },
);

test.runIf(process.platform === "linux")("a killed owner that nobody collected holds nothing", async () => {
  // The shell becomes `sleep 60`, which never collects the child that the shell had started.
  const parent = spawn("sh", ["-c", "sleep 0.5 & echo $!; exec sleep 60"]);
  try {
    const [line] = await once(parent.stdout, "data");
    const pid = Number(String(line));
    let status = "";
    while (!status.includes(") Z ")) status = await readFile(`/proc/${pid}/stat`, "utf8");
    const startTime = status.slice(status.lastIndexOf(")") + 2).split(" ")[19];
    await writeFile(path, JSON.stringify({ pid, startTime }));
    await (await lockRun(dir))();
  } finally {
    parent.kill("SIGKILL");
  }
});

test("of many that find a stale lock, one gets it", async () => {
  const stale = JSON.stringify({ pid: await deadPid(), startTime: "1" });
  for (let round = 1; round <= 100; round++) {
    // Old name, new name, and what the round before left behind.
    if (round === 1) await writeFile(join(dir, "trainer.pid"), stale);
    else if (round % 2 === 0) await writeFile(join(dir, `trainer.${round - 1}.pid`), stale);
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockRun(dir)));
    const winners = results.filter((result) => result.status === "fulfilled");
    expect(winners).toHaveLength(1);
    for (const winner of winners) await winner.value();
  }
});

test("many that take and give back never hold it together, and each holds a generation of its own", async () => {
  let holders = 0;
  let taken = 0;
  const contend = async () => {
    for (let attempt = 0; attempt < 50; attempt++) {
      const release = await lockRun(dir).catch((error: Error) => {
        expect(error.message).toMatch(/is at work/);
        return null;
      });
      if (!release) continue;
      taken++;
      expect(++holders).toBe(1);
      await readdir(dir);
      holders--;
      await release();
    }
  };
  await Promise.all(Array.from({ length: 12 }, contend));
  expect(taken).toBeGreaterThan(1);
  expect(await readdir(dir)).toHaveLength(taken);
});
