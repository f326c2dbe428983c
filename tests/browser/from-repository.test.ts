/** @file The main line as a person does it: a git repository, the build's report, and a finished run that fills in the middle. */
import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DatasetReport } from "@/lib/contracts/dataset-report";
import type { RunSnapshot } from "@/lib/contracts/run-snapshot";
import type { DatasetDetailView } from "@/lib/contracts/views";
import { addTinyModel, TINY_MODEL_ID } from "../helpers/tiny-studio";
import { findChromium } from "./find-chromium";
import { openStudio, type Studio } from "./open-studio";

const executablePath = findChromium();
const run = promisify(execFile);

const FILES = 40;
/** Made up, in the form of a real one. */
const KEY = ["AKIA", "Q3EGRRZ7XK2NVB5T"].join("");

/** Code in which no two files are near duplicates. */
function moduleText(index: number): string {
  const word = (n: number) => `${"abcdefghij"[n % 10]}${"klmnopqrst"[Math.floor(n / 10) % 10]}${n}`;
  const lines = Array.from({ length: 14 }, (_, line) => {
    const n = index * 97 + line * 31;
    return `  const ${word(n)} = ${word(n + 1)}(values[${(n * 7) % 90}], "${word(n * 3)}") ${"+-*%"[n % 4]} ${n % 1000};`;
  });
  return `export function ${word(index)}Total(values: number[]): number {\n${lines.join("\n")}\n  return ${word(index * 97)};\n}\n`;
}

/** A repository with two commits and a tag on the first; what a build must leave out lies in it. */
async function makeRepository(folder: string): Promise<{ first: string; second: string }> {
  const git = async (...args: string[]): Promise<string> => {
    const identity = ["-c", "user.name=A Person", "-c", "user.email=person@example.org", "-c", "commit.gpgsign=false"];
    return (await run("git", ["-C", folder, ...identity, ...args])).stdout.trim();
  };
  const write = async (name: string, text: string) => {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  };
  await mkdir(folder, { recursive: true });
  await git("init", "--quiet", "--initial-branch=main");
  for (let i = 0; i < FILES; i++) await write(`src/module-${i}.ts`, moduleText(i));
  await write("src/copied.ts", moduleText(0));
  await write("src/deploy.ts", `${moduleText(FILES)}export const accessKeyId = "${KEY}";\n`);
  await write("vendor/library/index.js", "module.exports = function library() { return 1; };\n");
  await write("package-lock.json", '{ "lockfileVersion": 3 }\n');
  await git("add", "--all");
  await git("commit", "--quiet", "--message", "Everything");
  await git("tag", "first");
  const first = await git("rev-parse", "HEAD");
  await write("src/later.ts", moduleText(FILES + 1));
  await git("add", "--all");
  await git("commit", "--quiet", "--message", "One more");
  return { first, second: await git("rev-parse", "HEAD") };
}

describe.skipIf(executablePath === null)("from a git repository to a run that fills in the middle", () => {
  let studio: Studio;
  let page: Page;
  let folder: string;
  let commits: { first: string; second: string };

  beforeAll(async () => {
    studio = await openStudio(executablePath as string);
    page = studio.page;
    folder = join(studio.home, "repositories", "totals");
    commits = await makeRepository(folder);
    await addTinyModel(studio.home);
  });
  afterAll(async () => studio?.close());

  const go = (path: string) => page.goto(studio.url + path, { waitUntil: "load" });
  const api = async <T>(path: string): Promise<T> => (await fetch(studio.url + path)).json() as Promise<T>;
  const shownReport = () => api<DatasetReport>(`/api/datasets/${new URL(page.url()).pathname.split("/")[2]}/report`);

  it("says beside the field what is wrong, and keeps what was typed through tabs and a reload", async () => {
    await go("/datasets");
    await page.getByRole("link", { name: "New dataset" }).first().click();
    await page.getByRole("button", { name: "Build dataset" }).click();
    expect(await page.getByTestId("error-repository-0").textContent()).toContain("name a repository");
    await page.getByLabel("Address", { exact: true }).fill(`${folder}-missing`);
    await page.getByLabel("Branch, tag or commit").fill("first");
    await page.locator("summary", { hasText: "Order and split" }).click();
    await page.getByLabel("Share that is held out").fill("half");
    await page.getByRole("tab", { name: "Upload" }).click();
    await page.getByRole("tab", { name: "Code" }).click();
    await page.getByRole("button", { name: "Build dataset" }).click();
    await page.getByTestId("error-build-held_out").waitFor();
    await page.reload();
    await page.locator(`#repository-0[value="${folder}-missing"]`).waitFor();
    await page.locator("summary", { hasText: "Order and split" }).click();
    expect(await page.getByLabel("Share that is held out").inputValue()).toBe("half");
    await page.getByLabel("Share that is held out").fill("0.2");
  });

  it("builds the tag, to its commit, and shows what was taken out at every step", async () => {
    await page.getByLabel("Address", { exact: true }).fill(folder);
    await page.getByRole("button", { name: "Build dataset" }).click();
    await page.waitForURL(/\/datasets\/ds_\w+\?view=report/);
    await page.getByRole("heading", { level: 1, name: "totals", exact: true }).waitFor();
    const report = await shownReport();
    expect(report.sources).toMatchObject([{ ref: "first", commit: commits.first }]);
    expect(report.input.files).toBe(FILES + 4);
    // Vendored, lock file, the copy; what is left is all the rest.
    expect(report.output.documents).toBe(FILES + 1);
    const taken = report.steps.reduce((sum, { removed }) => sum + removed.documents, 0);
    expect(report.input.files - taken).toBe(report.output.documents);

    const shown = page.getByTestId("report");
    await shown.getByText(commits.first.slice(0, 12)).waitFor();
    await shown.locator("canvas").waitFor();
    const chart = await shown.getByRole("img").getAttribute("aria-label");
    expect(chart).toContain(`Came in: ${FILES + 4} left`);
    expect(chart).toContain(`Left: ${FILES + 1} left`);
    const duplicates = shown.locator("li", { has: page.locator("summary", { hasText: "Exact duplicates" }) });
    await duplicates.locator("summary").click();
    await duplicates
      .getByText(/src\/(copied|module-0)\.ts/)
      .first()
      .waitFor();
    await shown.locator("li", { hasText: "Keys, tokens and passwords" }).getByText("changed 1").waitFor();
  });

  it("holds no secret, and a data card", async () => {
    const id = new URL(page.url()).pathname.split("/")[2];
    const documents = await readFile(join(studio.home, "datasets", String(id), "documents.jsonl"), "utf8");
    expect(documents).toContain("accessKeyId");
    expect(documents).not.toContain(KEY);
    await page.getByRole("tab", { name: "Data card" }).click();
    await page.getByRole("tabpanel", { name: "Data card" }).getByText(commits.first.slice(0, 7)).first().waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Download" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("README.md");
  });

  it("makes the default branch the next version, and lists both", async () => {
    await go("/datasets/new");
    await page.getByLabel("Address", { exact: true }).fill(folder);
    await page.getByRole("button", { name: "Build dataset" }).click();
    await page.waitForURL(/\/datasets\/ds_\w+\?view=report/);
    await page.getByRole("heading", { level: 1, name: "totals@2" }).waitFor();
    const report = await shownReport();
    expect(report.sources[0]?.commit).toBe(commits.second);
    expect(report.output.documents).toBe(FILES + 2);
    await page.getByRole("tab", { name: "Versions" }).click();
    await page.getByText("totals@2 (this one)").waitFor();
    await page.getByRole("link", { name: "totals@1" }).waitFor();
    const [, versions] = [
      await page.getByText("totals@2 (this one)").count(),
      await api<DatasetDetailView>("/api/datasets/totals"),
    ];
    expect(versions.version).toBe(2);
  });

  it("trains on filling in the middle to the end", async () => {
    await page.getByRole("link", { name: "Train on this" }).click();
    await page.getByLabel("Model", { exact: true }).selectOption(TINY_MODEL_ID);
    await page.getByLabel("Objective", { exact: true }).selectOption("fim");
    await page.getByLabel("FIM rate").fill("0.9");
    await page.getByLabel("Batch size").fill("2");
    await page.getByLabel("Sequence length").fill("128");
    for (const title of ["Length and schedule", "Measuring and keeping"])
      await page.locator("summary", { hasText: title }).click();
    await page.getByLabel("Step limit").fill("30");
    await page.getByLabel("Evaluate every").fill("15");
    // The form counts the sequences of this dataset and objective, and fits the warm-up to them.
    await page.getByText("Lowered to 3, 10 % of this run’s 30 steps.").waitFor();
    await page.getByRole("button", { name: "Start run" }).click();
    await page.waitForURL(/\/runs\/run_/);
    await page.locator("h1 ~ [data-testid=run-status][data-status=completed]").waitFor({ timeout: 120_000 });
    const runId = new URL(page.url()).pathname.split("/")[2];
    const { run: trained } = await api<RunSnapshot>(`/api/runs/${runId}/snapshot`);
    expect(trained).toMatchObject({ status: "completed", datasetName: "totals@2", step: 30 });
    expect(trained.config).toMatchObject({ objective: "fim", fim_rate: 0.9 });
    expect(trained.evalLossAfter).toBeLessThan(trained.evalLossBefore as number);
    expect(trained.adapterPath).not.toBeNull();
  });

  it("asks before it deletes a version, and the other one stays", async () => {
    await go("/datasets/totals");
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByRole("button", { name: "Keep it" }).click();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByRole("button", { name: "Delete for good" }).click();
    await page.waitForURL(/\/datasets$/);
    expect(await api<DatasetDetailView>("/api/datasets/totals")).toMatchObject({ version: 1 });
  });

  it("shows a job that failed with its sentence, and lets it be resumed", async () => {
    await go("/datasets/new");
    await page.getByText("Folder on this machine").click();
    const empty = join(studio.home, "repositories", "empty");
    await mkdir(empty);
    await page.getByLabel("Folder", { exact: true }).fill(empty);
    await page.getByRole("button", { name: "Build dataset" }).click();
    await page.locator("[data-testid=job-status][data-status=failed]").waitFor();
    await page
      .getByRole("alert")
      .getByText(/nothing to learn from|no source code/)
      .waitFor();
    await writeFile(join(empty, "a.ts"), moduleText(1));
    await page.reload();
    await page.getByRole("button", { name: "Resume" }).click();
    await page.waitForURL(/\/datasets\/ds_\w+/);
    await page.getByRole("heading", { level: 1, name: "empty", exact: true }).waitFor();
  });

  it("keeps a failed job on the list until it is taken off", async () => {
    const path = join(studio.home, "repositories", "nothing");
    await mkdir(path);
    const body = JSON.stringify({ spec: { kind: "dataset-build", name: "nothing", source: { kind: "folder", path } } });
    const headers = { "content-type": "application/json" };
    expect((await fetch(`${studio.url}/api/jobs`, { method: "POST", headers, body })).status).toBe(201);
    await go("/datasets");
    const job = page.getByTestId("jobs").locator("li", { hasText: "Build nothing" });
    await job.locator("[data-status=failed]").waitFor();
    await job.getByRole("button", { name: "Remove" }).click();
    await job.waitFor({ state: "detached" });
  });

  it("says in its place what can't be read any more, and lets it be deleted", async () => {
    const { id } = await api<DatasetDetailView>("/api/datasets/empty");
    await writeFile(join(studio.home, "datasets", id, "report.json"), "{");
    await go(`/datasets/${id}?view=report`);
    await page.getByText(/report\.json is not valid JSON/).waitFor();
    await rm(join(studio.home, "datasets", id), { recursive: true });
    await go(`/datasets/${id}`);
    await page.getByText(/The dataset’s files are gone|The dataset's files are gone/).waitFor();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByRole("button", { name: "Delete for good" }).click();
    await page.waitForURL(/\/datasets$/);
  });

  it("fits a phone on every screen of it, in both colour schemes", async () => {
    const [dataset] = await api<DatasetDetailView[]>("/api/datasets");
    const [job] = await api<{ id: string }[]>("/api/jobs");
    await page.setViewportSize({ width: 360, height: 740 });
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      const views = ["overview", "report", "card", "versions"].map((view) => `/datasets/${dataset?.id}?view=${view}`);
      for (const path of ["/datasets", "/datasets/new", `/datasets/jobs/${job?.id}`, ...views]) {
        await go(path);
        await page.getByRole("heading", { level: 1 }).waitFor();
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(overflow, `${path} is wider than a phone`).toBeLessThanOrEqual(0);
      }
    }
  });

  it("made the browser complain about nothing", () => expect(studio.complaints).toEqual([]));
});
