/** @file `trainer.<generation>.pid` in a run's folder: two trainers never write the same run. */
import { randomUUID } from "node:crypto";
import { link, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { AppError } from "@/lib/errors";

const Owner = z.object({
  pid: z.int().min(1),
  /** When the kernel started that process, where it can be told: process ids are used again. */
  startTime: z.string().nullable(),
});
type Owner = z.infer<typeof Owner>;

interface ProcessStatus {
  isZombie: boolean;
  startTime: string | null;
}

/** From /proc (fields 3 and 22, counted after the name, which may contain anything); null on other systems. */
async function findStatus(pid: number): Promise<ProcessStatus | null> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  if (text === null) return null;
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { isZombie: fields[0] === "Z" || fields[0] === "X", startTime: fields[19] ?? null };
}

async function isAlive({ pid, startTime }: Owner): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  const status = await findStatus(pid);
  // Killed and not collected by its parent: in a container without an init process that may stay so for ever.
  if (status?.isZombie) return false;
  return startTime === null || status === null ? pid !== process.pid : status.startTime === startTime;
}

function parseOwner(text: string): Owner | null {
  try {
    return Owner.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** The newest generation in the folder; 0 is `trainer.pid`, as the lock was named before there were generations. */
async function newestGeneration(runDir: string): Promise<number> {
  const numbers = (await readdir(runDir)).map((name) => Number(/^trainer\.([1-9]\d*)\.pid$/.exec(name)?.[1] ?? 0));
  return Math.max(0, ...numbers);
}

const lockPath = (runDir: string, generation: number) =>
  join(runDir, generation === 0 ? "trainer.pid" : `trainer.${generation}.pid`);

/** @throws AppError conflict when the owner of that generation is still at work */
async function checkFinished(path: string): Promise<void> {
  const owner = parseOwner(await readFile(path, "utf8").catch(() => ""));
  if (owner && (await isAlive(owner))) {
    throw new AppError("conflict", `Another trainer (process ${owner.pid}) is at work on this run; stop it first.`);
  }
}

/**
 * Takes the run for this process; the lock of a process that no longer exists is taken over.
 *
 * Each start is a generation with a file of its own. A generation is made only after the one before was seen finished
 * (its owner gone, or its file emptied by release), and finished is for ever. Only one process can make it, and its
 * file is never removed, so nobody can make it again. Hence, of two owners, the older one had finished before the
 * newer one began, however late a third acts on what it had read.
 * @returns releases the lock
 * @throws AppError conflict when another trainer is at work on it
 */
export async function lockRun(runDir: string): Promise<() => Promise<void>> {
  const mine = JSON.stringify({ pid: process.pid, startTime: (await findStatus(process.pid))?.startTime ?? null });
  const candidate = join(runDir, `.writing-${randomUUID()}`);
  await writeFile(candidate, mine, { flag: "wx" });
  try {
    for (;;) {
      const newest = await newestGeneration(runDir);
      await checkFinished(lockPath(runDir, newest));
      const path = lockPath(runDir, newest + 1);
      try {
        // Fails when the name exists, and the file appears with its content: no reader sees half a lock.
        await link(candidate, path);
        // Where that cannot be written, the end of this process releases it.
        return () => truncate(path).catch(() => undefined);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
    }
  } finally {
    await rm(candidate, { force: true });
  }
}
