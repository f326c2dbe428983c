/** @file `trainer.pid` in a run's folder: two trainers never write the same run. */
import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
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

/**
 * Takes the run for this process; the lock of a process that no longer exists is taken over.
 * @returns releases the lock
 * @throws AppError conflict when another trainer is at work on it
 */
export async function lockRun(runDir: string): Promise<() => Promise<void>> {
  const path = join(runDir, "trainer.pid");
  const mine = JSON.stringify({ pid: process.pid, startTime: (await findStatus(process.pid))?.startTime ?? null });
  const candidate = join(runDir, `.writing-${randomUUID()}`);
  await writeFile(candidate, mine, { flag: "wx" });
  try {
    for (;;) {
      // link() fails when the name exists, and the file appears with its content: no reader sees half a lock.
      const isTaken = await link(candidate, path).then(
        () => false,
        (error: NodeJS.ErrnoException) => {
          if (error.code === "EEXIST") return true;
          throw error;
        },
      );
      if (!isTaken) break;
      await removeIfStale(path, runDir);
    }
  } finally {
    await rm(candidate, { force: true });
  }
  return async () => {
    if ((await readFile(path, "utf8").catch(() => null)) === mine) await rm(path, { force: true });
  };
}

async function removeIfStale(path: string, runDir: string): Promise<void> {
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) return;
  const owner = parseOwner(text);
  if (owner && (await isAlive(owner))) {
    throw new AppError("conflict", `Another trainer (process ${owner.pid}) is at work on this run; stop it first.`);
  }
  // Moved away first, then looked at again: if another trainer took the lock in between, it gets it back.
  const aside = join(runDir, `.replaced-${randomUUID()}`);
  await rename(path, aside).catch(() => undefined);
  const moved = await readFile(aside, "utf8").catch(() => null);
  if (moved !== null && moved !== text) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}
