import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DATA_JOB_STATUSES, DATA_JOB_TRANSITIONS } from "@/lib/contracts/data-job-status";
import { newId } from "@/lib/contracts/ids";
import { claimNextDataJob, interruptExpiredDataJobs, renewDataJobLease } from "@/lib/db/repositories/data-job-leases";
import { changeDataJobStatus, recordDataJobProgress } from "@/lib/db/repositories/data-jobs";
import { AppError } from "@/lib/errors";
import { cancelJob } from "@/lib/services/jobs/cancel-job";
import { createJob } from "@/lib/services/jobs/create-job";
import { deleteJob } from "@/lib/services/jobs/delete-job";
import { getJob } from "@/lib/services/jobs/get-job";
import { listJobs } from "@/lib/services/jobs/list-jobs";
import { resumeJob } from "@/lib/services/jobs/resume-job";
import { TEST_DATABASES } from "../helpers/open-test-database";
import { openTestContext, type TestContext } from "../helpers/test-context";

const PROGRESS = { stage: "Reading", done: 1, total: null, unit: "rows" } as const;

describe.each(TEST_DATABASES)("data jobs in %s", (kind) => {
  let ctx: TestContext;
  let path: string;
  beforeAll(async () => {
    ctx = await openTestContext(kind);
    path = join(ctx.paths.home, "rows.jsonl");
    await writeFile(path, '{"text":"a"}\n');
  });
  afterAll(() => ctx.close());

  const spec = (name = "rows") => ({ kind: "dataset-build", name, source: { kind: "jsonl", path } });
  const create = async () => (await createJob(ctx, { spec: spec() })).id;
  const claim = (jobId: string, owner: string, expiresAt = new Date(Date.now() + 15_000)) =>
    ctx.db.transaction((tx) => claimNextDataJob(tx, { owner, expiresAt, now: new Date(), only: jobId }));
  const codeOf = async (work: Promise<unknown>): Promise<unknown> => {
    const error = await work.catch((reason: unknown) => reason);
    return error instanceof AppError ? error.code : error;
  };

  it("wait in the order in which they were asked for, and one worker gets each", async () => {
    const first = await create();
    const second = await create();
    expect((await listJobs(ctx)).slice(0, 2).map(({ id }) => id)).toEqual([second, first]);
    const now = new Date();
    const take = (owner: string) =>
      ctx.db.transaction((tx) => claimNextDataJob(tx, { owner, expiresAt: new Date(now.getTime() + 15_000), now }));
    const taken = await Promise.all(["wrk_a", "wrk_b", "wrk_c"].map(take));
    const ids = taken.flatMap((row) => (row === null ? [] : [row.id]));
    expect(ids.sort()).toEqual([first, second].sort());
    expect(await getJob(ctx, { jobId: first })).toMatchObject({ status: "running", endedAt: null, error: null });
  });

  it("belong to the worker with the lease: another one changes nothing", async () => {
    const jobId = await create();
    await claim(jobId, "wrk_mine");
    const expiresAt = new Date(Date.now() + 15_000);
    const record = { jobId, progress: PROGRESS, now: new Date() };
    await ctx.db.transaction(async (tx) => {
      expect(await renewDataJobLease(tx, { jobId, owner: "wrk_other", expiresAt })).toBeNull();
      expect(await recordDataJobProgress(tx, { ...record, owner: "wrk_other" })).toBe(false);
      const end = { jobId, from: ["running"], to: "failed", leaseOwner: "wrk_other", now: new Date() } as const;
      expect(await changeDataJobStatus(tx, end)).toBeNull();
      expect(await renewDataJobLease(tx, { jobId, owner: "wrk_mine", expiresAt })).toBe("running");
      expect(await recordDataJobProgress(tx, { ...record, owner: "wrk_mine" })).toBe(true);
    });
    expect((await getJob(ctx, { jobId })).progress).toEqual(PROGRESS);
  });

  it("show as interrupted once the lease ran out, and are written down so, but not those of the asking worker", async () => {
    const past = new Date(Date.now() - 1000);
    const lost = await create();
    await claim(lost, "wrk_dead", past);
    const mine = await create();
    await claim(mine, "wrk_mine", past);
    expect(await getJob(ctx, { jobId: lost })).toMatchObject({ status: "interrupted", error: expect.any(String) });
    const written = await ctx.db.transaction((tx) => interruptExpiredDataJobs(tx, new Date(), { except: [mine] }));
    expect(written).toContain(lost);
    expect(written).not.toContain(mine);
    expect(await resumeJob(ctx, { jobId: lost })).toMatchObject({ status: "queued", error: null, progress: null });
    // Its old worker comes back too late.
    expect(
      await ctx.db.transaction((tx) => renewDataJobLease(tx, { jobId: lost, owner: "wrk_dead", expiresAt: past })),
    ).toBeNull();
  });

  it("are cancelled at once while they wait, and resumed, and neither when they are completed", async () => {
    const jobId = await create();
    expect((await cancelJob(ctx, { jobId })).status).toBe("cancelled");
    expect((await cancelJob(ctx, { jobId })).status).toBe("cancelled");
    expect((await resumeJob(ctx, { jobId })).status).toBe("queued");
    expect(await codeOf(resumeJob(ctx, { jobId }))).toBe("conflict");
    await claim(jobId, "wrk_mine");
    expect((await cancelJob(ctx, { jobId })).status).toBe("cancelling");
    expect((await cancelJob(ctx, { jobId })).status).toBe("cancelling");
    // The work was done before it heard of the cancel.
    const end = { jobId, from: ["cancelling"], to: "completed", leaseOwner: "wrk_mine", now: new Date() } as const;
    await ctx.db.transaction((tx) => changeDataJobStatus(tx, end));
    expect(await codeOf(cancelJob(ctx, { jobId }))).toBe("conflict");
    expect(await codeOf(resumeJob(ctx, { jobId }))).toBe("conflict");
  });

  it("are taken off the list with their folder once they have ended, and not before", async () => {
    const jobId = await create();
    const folder = join(ctx.paths.jobs, jobId);
    await mkdir(join(folder, "work"), { recursive: true });
    expect(await codeOf(deleteJob(ctx, { jobId }))).toBe("conflict");
    expect(existsSync(folder)).toBe(true);
    await cancelJob(ctx, { jobId });
    expect(await deleteJob(ctx, { jobId })).toMatchObject({ id: jobId, status: "cancelled" });
    expect(existsSync(folder)).toBe(false);
    expect(await codeOf(deleteJob(ctx, { jobId }))).toBe("not_found");
  });

  it("refuse every move that is not in the table", async () => {
    const jobId = await create();
    for (const from of DATA_JOB_STATUSES) {
      for (const to of DATA_JOB_STATUSES.filter((status) => !DATA_JOB_TRANSITIONS[from].includes(status))) {
        const change = ctx.db.transaction((tx) =>
          changeDataJobStatus(tx, { jobId, from: [from], to, now: new Date() }),
        );
        await expect(change).rejects.toThrow(`from ${from} to ${to}`);
      }
    }
    expect((await getJob(ctx, { jobId })).status).toBe("queued");
  });

  it("say what is wrong with what is asked for, and put nothing into the queue", async () => {
    const before = (await listJobs(ctx, { limit: 500 })).length;
    for (const wrong of [null, {}, { kind: "nonsense" }, { ...spec(), extra: 1 }, spec("two@2"), spec("")]) {
      expect(await codeOf(createJob(ctx, { spec: wrong }))).toBe("invalid_input");
    }
    for (const work of [getJob, cancelJob, resumeJob]) {
      expect(await codeOf(work(ctx, { jobId: newId("job") }))).toBe("not_found");
    }
    expect((await listJobs(ctx, { limit: 500 })).length).toBe(before);
  });
});
