import { statfs } from "node:fs/promises";
import { totalmem } from "node:os";

/** Memory of the machine, or of the container that this process is in, where that has a limit. */
export function machineMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(totalmem(), limit) : totalmem();
}

/** Bytes that may still be written below a folder that exists. */
export async function freeDisk(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
