/** @file `frames.ndjson` in a run's folder, and what an earlier worker left unrecorded in it. */
import { open } from "node:fs/promises";
import { join } from "node:path";
import { Frame } from "@/lib/contracts/trainer-protocol";
import { resetFramesOffset } from "@/lib/db/repositories/run-progress";
import { findRunStatus } from "@/lib/db/repositories/runs";
import type { ServiceContext } from "@/lib/services/context";
import { ProtocolError, readFrames } from "./read-frames";
import { LostLeaseError, RefusedFrameError, recordFrame } from "./record-frame";

export type Patiently = <T>(call: () => Promise<T>) => Promise<T>;

export const framesPathOf = (runDir: string): string => join(runDir, "frames.ndjson");

/**
 * Records what is left, passes over what the database refuses, and cuts off a last line without its end, so that the next trainer begins a line of its own.
 * Only while no trainer writes. Returns where it will begin.
 * @param patiently runs each call of the database, again while it is away
 */
export async function recoverFrames(
  ctx: ServiceContext,
  runDir: string,
  runId: string,
  owner: string,
  patiently: Patiently = (call) => call(),
): Promise<number> {
  const path = framesPathOf(runDir);
  const beginAt = async (offset: number) => {
    const row = await patiently(() => ctx.db.transaction((tx) => resetFramesOffset(tx, { runId, owner, offset })));
    if (row === null) throw new LostLeaseError(`the lease of ${runId} is lost`);
  };
  const file = await open(path, "a+");
  try {
    const { size } = await file.stat();
    const run = await patiently(() => findRunStatus(ctx.db, runId));
    if (run?.leaseOwner !== owner) throw new LostLeaseError(`the lease of ${runId} is lost`);
    // A shorter file is another file: its frames are not those that were recorded.
    let offset = run.framesOffset <= size ? run.framesOffset : size;
    try {
      for await (const { frame, start, end } of readFrames({ path, schema: Frame, offset, isWriterGone: () => true })) {
        const record = { runId, owner, frame, start, end, isLeftOver: true, now: ctx.now() };
        await patiently(() => recordFrame(ctx.db, record)).catch((error: unknown) => {
          if (!(error instanceof RefusedFrameError)) throw error;
          ctx.log.warn({ error, runId, frame }, "a frame of an earlier attempt is refused and left out");
          return beginAt(end);
        });
        offset = end;
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      ctx.log.warn({ runId, reason: error.message }, "frames of an earlier attempt can't be read and are left out");
    }
    await file.truncate(offset);
    await beginAt(offset);
    return offset;
  } finally {
    await file.close();
  }
}
