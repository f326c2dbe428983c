import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunStatus } from "@/lib/contracts/run-status";
import { claimNextRun } from "@/lib/db/repositories/run-leases";
import { changeRunStatus } from "@/lib/db/repositories/run-transitions";
import type { AppError } from "@/lib/errors";
import { deleteRun } from "@/lib/services/runs/delete-run";
import { findDeletedRun } from "@/lib/services/runs/find-deleted-run";
import { getRun } from "@/lib/services/runs/get-run";
import { listRunEvents } from "@/lib/services/runs/list-run-events";
import { listRuns } from "@/lib/services/runs/list-runs";
import { restoreRun } from "@/lib/services/runs/restore-run";
import { resumeRun } from "@/lib/services/runs/resume-run";
import { stopRun } from "@/lib/services/runs/stop-run";
import { type UpdateRunInput, updateRun } from "@/lib/services/runs/update-run";
import { TEST_DATABASES } from "../helpers/open-test-database";
import { addDataset, addRun } from "../helpers/run-fixtures";
import { openTestContext, type TestContext } from "../helpers/test-context";

describe.each(TEST_DATABASES)("what people change of a run on %s", (kind) => {
  let ctx: TestContext;
  let datasetId: string;
  beforeAll(async () => {
    ctx = await openTestContext(kind);
    datasetId = await addDataset(ctx.db);
  });
  afterAll(() => ctx.close());

  const add = () => addRun(ctx.db, { datasetId });
  const listed = async () => (await listRuns(ctx, { limit: 1000 })).map(({ id }) => id);
  const refusal = async (input: unknown) => {
    const error = await updateRun(ctx, input as UpdateRunInput).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "invalid_input" });
    return (error as AppError).fieldErrors ?? {};
  };
  /** A new run, claimed by a worker whose lease is good for `leaseMs`. */
  const addActive = async (status: "preparing" | "running" | "stopping", leaseMs = 60_000) => {
    for (const id of await listed()) await deleteRun(ctx, { runId: id }).catch(() => {});
    const runId = await add();
    const now = new Date();
    const lease = { owner: "w", deviceKey: runId, now, expiresAt: new Date(now.getTime() + leaseMs) };
    expect((await ctx.db.transaction((tx) => claimNextRun(tx, lease)))?.id).toBe(runId);
    const path: RunStatus[] = status === "preparing" ? [] : status === "running" ? ["running"] : ["stopping"];
    for (const to of path) {
      await ctx.db.transaction((tx) => changeRunStatus(tx, { runId, from: ["preparing"], to, now }));
    }
    return runId;
  };

  it("starts without notes and tags, and what is left out stays", async () => {
    const runId = await add();
    const before = await getRun(ctx, { runId });
    expect(before).toMatchObject({ name: "test", notes: "", tags: [] });
    expect(await updateRun(ctx, { runId })).toEqual(before);
    const notes = " line 1\n\tline 2 – ü 🦊 ' \" \\ </script> ";
    expect(await updateRun(ctx, { runId, notes })).toEqual({ ...before, notes });
    expect(await updateRun(ctx, { runId, name: "  new name " })).toEqual({ ...before, name: "new name", notes });
    const tags = ["b", "a ü", "[]"];
    expect(await updateRun(ctx, { runId, tags: ["b", " a ü", "b ", "[]"] })).toMatchObject({ name: "new name", tags });
    expect(await getRun(ctx, { runId })).toEqual({ ...before, name: "new name", notes, tags });
    expect((await listRuns(ctx)).find(({ id }) => id === runId)).toMatchObject({ notes, tags });
    expect(await updateRun(ctx, { runId, notes: "", tags: [] })).toMatchObject({ notes: "", tags: [] });
  });

  it("holds as much as it says, and not one character more", async () => {
    const runId = await add();
    const tags = Array.from({ length: 20 }, (_, i) => `${i}`.padEnd(40, "t"));
    const full = { name: "n".repeat(200), notes: "o".repeat(10_000), tags };
    expect(await updateRun(ctx, { runId, ...full })).toMatchObject(full);
    const errors = await refusal({
      runId,
      name: "n".repeat(201),
      notes: "o".repeat(10_001),
      tags: [...tags.map((tag) => `${tag}t`), ""],
      colour: "red",
    });
    expect(errors).toEqual({
      name: ["must have at most 200 characters"],
      notes: ["must have at most 10000 characters"],
      tags: ["each tag must have at most 40 characters", "each tag must have a character", "must be at most 20"],
      colour: ["is not a known setting"],
    });
    // Nothing half-written.
    expect(await getRun(ctx, { runId })).toMatchObject(full);
  });

  it("refuses what is no text, with a sentence", async () => {
    const runId = await add();
    for (const [field, value] of [
      ["name", " \n"],
      ["name", 5],
      ["name", "a\0b"],
      ["notes", null],
      ["notes", "half \ud83e of a fox"],
      ["tags", "a,b"],
      ["tags", ["\0"]],
      ["tags", [["a"]]],
    ] as const) {
      expect(Object.keys(await refusal({ runId, [field]: value }))).toEqual([field]);
    }
    expect(await getRun(ctx, { runId })).toMatchObject({ name: "test", notes: "", tags: [] });
  });

  it("can be changed in any state, without disturbing the worker", async () => {
    const runId = await addActive("running");
    expect(await updateRun(ctx, { runId, notes: "so far so good" })).toMatchObject({
      status: "running",
      notes: "so far so good",
    });
  });

  it("of a run that is not there is not found", async () => {
    for (const wish of [updateRun, deleteRun, restoreRun]) {
      await expect(wish(ctx, { runId: "run_none" })).rejects.toMatchObject({ code: "not_found" });
    }
  });

  it("a deleted run is gone from lists, says so, keeps everything, and comes back as it was", async () => {
    const runId = await add();
    await updateRun(ctx, { runId, name: "precious", notes: "keep", tags: ["a"] });
    const folder = join(ctx.paths.runs, runId, "adapter");
    await mkdir(folder, { recursive: true });
    const stopped = await stopRun(ctx, { runId });

    expect(await deleteRun(ctx, { runId })).toEqual(stopped);
    expect(await listed()).not.toContain(runId);
    for (const wish of [getRun, stopRun, resumeRun, (c: TestContext) => updateRun(c, { runId, name: "x" })]) {
      const error = wish(ctx, { runId });
      await expect(error).rejects.toMatchObject({ code: "not_found" });
      await expect(error).rejects.toThrow("The run precious was deleted; restore it to see it again.");
    }
    expect(await findDeletedRun(ctx, { runId })).toMatchObject({ id: runId, name: "precious" });
    // Twice is no error, and no wish of above left a trace.
    expect(await deleteRun(ctx, { runId })).toEqual(stopped);

    expect(await restoreRun(ctx, { runId })).toEqual(stopped);
    expect(await restoreRun(ctx, { runId })).toEqual(stopped);
    expect(await listed()).toContain(runId);
    for (const id of [runId, "run_none"]) expect(await findDeletedRun(ctx, { runId: id })).toBeNull();
    expect((await stat(folder)).isDirectory()).toBe(true);
    expect(await listRunEvents(ctx, { runId, afterSeq: 0, limit: 10 })).toHaveLength(2);
    expect(await resumeRun(ctx, { runId })).toMatchObject({ status: "queued" });
  });

  it("deleting a queued run takes it out of the queue for good", async () => {
    for (const id of await listed()) await deleteRun(ctx, { runId: id }).catch(() => {});
    const first = await add();
    const second = await add();
    const { queuePosition } = await getRun(ctx, { runId: first });
    expect(await deleteRun(ctx, { runId: first })).toMatchObject({ status: "stopped", exitCause: "cancelled" });
    expect(await getRun(ctx, { runId: second })).toMatchObject({ queuePosition });
    const now = new Date();
    const lease = { owner: "w", deviceKey: "d", now, expiresAt: now };
    expect((await ctx.db.transaction((tx) => claimNextRun(tx, lease)))?.id).toBe(second);
    expect(await ctx.db.transaction((tx) => claimNextRun(tx, { ...lease, deviceKey: "e" }))).toBeNull();
    expect(await restoreRun(ctx, { runId: first })).toMatchObject({ status: "stopped", queuePosition: null });
  });

  it("an active run is not deleted, and goes on", async () => {
    for (const status of ["preparing", "running", "stopping"] as const) {
      const runId = await addActive(status);
      const error = deleteRun(ctx, { runId });
      await expect(error).rejects.toMatchObject({ code: "conflict" });
      await expect(error).rejects.toThrow(status === "stopping" ? "still stopping" : "stop it first");
      expect(await getRun(ctx, { runId })).toMatchObject({ status });
    }
  });

  it("a run whose worker is lost can be deleted, and is interrupted when it comes back", async () => {
    const runId = await addActive("running", -1);
    expect(await deleteRun(ctx, { runId })).toMatchObject({ status: "interrupted", exitCause: "lost_worker" });
    expect(await restoreRun(ctx, { runId })).toMatchObject({ status: "interrupted" });
  });

  it("deleting and resuming at once never leaves a hidden run in the queue", async () => {
    for (let round = 0; round < 10; round++) {
      const runId = await add();
      await stopRun(ctx, { runId });
      const wishes = [deleteRun(ctx, { runId }), resumeRun(ctx, { runId }), deleteRun(ctx, { runId })];
      const results = await Promise.allSettled(round % 2 === 0 ? wishes : wishes.toReversed());
      for (const result of results) {
        if (result.status === "rejected") expect(result.reason).toHaveProperty("code");
      }
      const isHidden = !(await listed()).includes(runId);
      const { status } = await restoreRun(ctx, { runId });
      expect(isHidden ? status : "visible").not.toBe("queued");
    }
  });
});
