import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SupervisedProcess } from "@/bin/cli/processes/supervised-process";
import { StandInWorker } from "@/bin/cli/stand-in-worker";
import { RUN_STATUSES, type RunStatus } from "@/lib/contracts/run-status";
import { deleteWorker, recordHeartbeat } from "@/lib/db/repositories/workers";
import { WORKER_SILENT_MS } from "@/lib/services/system/worker-silence";
import { TEST_DATABASES } from "../helpers/open-test-database";
import { openTestContext, type TestContext } from "../helpers/test-context";

const T0 = new Date("2026-01-01T00:00:00.000Z");
const at = (milliseconds: number) => new Date(T0.getTime() + milliseconds);

describe.each(TEST_DATABASES)("a stand-in worker on %s", (kind) => {
  let ctx: TestContext;
  let worker: StandInWorker;
  let started: number;
  beforeEach(async () => {
    ctx = await openTestContext(kind);
    started = 0;
    worker = new StandInWorker(ctx, () => {
      started++;
      return new SupervisedProcess({
        label: "The stand-in",
        args: ["-e", "setInterval(() => {}, 1000)"],
        cwd: process.cwd(),
        graceMs: 5000,
        onGivenUp: () => {},
      });
    });
    await ctx.db.transaction((tx) =>
      recordHeartbeat(tx, { id: "wrk_other", hostname: "host", pid: 1, device: "cpu", heartbeatAt: T0 }),
    );
  });
  afterEach(async () => {
    await worker.stop();
    await ctx.close();
  });

  const lookAt = async (milliseconds: number, status: RunStatus = "queued") => {
    ctx.setNow(at(milliseconds));
    await worker.look({ status });
    return started;
  };

  it("starts when another one was killed, once that one is known to be silent, and only once", async () => {
    expect(await lookAt(0)).toBe(0);
    expect(await lookAt(WORKER_SILENT_MS)).toBe(0);
    expect(await lookAt(WORKER_SILENT_MS + 1000)).toBe(1);
    expect(await lookAt(WORKER_SILENT_MS + 60_000)).toBe(1);
  });

  it("starts when the other one signs off while the run waits", async () => {
    expect(await lookAt(0)).toBe(0);
    await ctx.db.transaction((tx) => deleteWorker(tx, "wrk_other"));
    expect(await lookAt(1000)).toBe(1);
  });

  it("leaves a run alone that does not wait", async () => {
    for (const status of RUN_STATUSES.filter((each) => each !== "queued"))
      expect(await lookAt(WORKER_SILENT_MS + 1000, status)).toBe(0);
  });
});
