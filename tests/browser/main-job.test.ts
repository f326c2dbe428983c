/** @file The main job as a person does it: empty database, dataset, parameters, run, stop, resume, completed. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunSnapshot } from "@/lib/contracts/run-snapshot";
import type { MetricPoint, RunView } from "@/lib/contracts/views";
import { stepsUpTo } from "../helpers/run-records";
import { addTinyModel, TINY_MODEL_ID } from "../helpers/tiny-studio";
import { findChromium } from "./find-chromium";
import { addCodeFolder, openStudio, type Studio } from "./open-studio";

const executablePath = findChromium();

describe.skipIf(executablePath === null)("the main job", () => {
  let studio: Studio;
  let page: Page;

  beforeAll(async () => {
    studio = await openStudio(executablePath as string);
    page = studio.page;
    await addTinyModel(studio.home);
  });
  afterAll(async () => studio?.close());

  const go = (path: string) => page.goto(studio.url + path, { waitUntil: "load" });
  const api = async <T>(path: string): Promise<T> => (await fetch(studio.url + path)).json() as Promise<T>;
  const status = (name: string) =>
    page.locator(`h1 ~ [data-testid=run-status][data-status=${name}]`).waitFor({ timeout: 120_000 });
  const stepShown = async () =>
    Number(/step ([\d,]+)/.exec((await page.getByTestId("step").textContent()) ?? "")?.[1]?.replaceAll(",", ""));

  it("says on an empty machine what this is and what to do", async () => {
    await go("/");
    await page.getByRole("heading", { level: 1, name: /your own code/ }).waitFor();
    await page.getByRole("button", { name: "Fine-tune on this repository" }).waitFor();
    await page.getByText("No runs yet").waitFor();
    // The studio's own source is there by itself, a moment after the start.
    while ((await api<unknown[]>("/api/datasets")).length === 0) await page.waitForTimeout(100);
    // Looking writes nothing.
    for (const path of ["/runs", "/datasets", "/datasets/new", "/", "/runs/new"]) await go(path);
    await page.getByLabel("Dataset", { exact: true }).selectOption("this-repository");
    await page.getByText(/^Counted from the dataset’s own tokens/).waitFor();
    await page.evaluate(() => sessionStorage.clear());
    expect(await api<unknown[]>("/api/runs")).toEqual([]);
    const names = (await api<{ name: string }[]>("/api/datasets")).map(({ name }) => name);
    expect(names).toEqual(["this-repository"]);
  });

  it("adds a folder of code and shows its real rows", async () => {
    const folder = await addCodeFolder(studio.home, 40);
    await go("/datasets");
    await page.getByRole("link", { name: "New dataset" }).first().click();
    await page.getByText("Folder on this machine").click();
    await page.getByLabel("Folder", { exact: true }).fill(`${folder}-missing`);
    await page.getByRole("button", { name: "Build dataset" }).click();
    await page.getByRole("alert").getByText("The dataset was not started.").waitFor();
    // Where the mistake is, one can go on typing.
    await page.locator("#code-path:focus").waitFor();
    await page.getByLabel("Folder", { exact: true }).fill(folder);
    await page.getByRole("button", { name: "Build dataset" }).click();
    await page.getByRole("heading", { level: 1, name: "my-project", exact: true }).waitFor();
    await page.getByRole("tab", { name: "Overview" }).click();
    await page
      .getByText(/export function sum\d+\(values: number\[\]\)/)
      .first()
      .waitFor();
    await page.getByText(/tokens in all; the longest document/).waitFor();
    expect(await page.getByText("module.exports").count()).toBe(0);
  });

  it("shows token by token what gets loss", async () => {
    await page.getByRole("link", { name: "See what gets loss" }).click();
    await page.locator("[data-loss=true]").first().waitFor();
    // The first token of a document has nothing before it, so it is only read.
    const segments = page.locator("section[aria-label$='.ts']");
    expect(await segments.count()).toBeGreaterThan(0);
    for (const segment of await segments.all()) {
      expect(await segment.locator("[data-loss]").first().getAttribute("data-loss")).toBe("false");
    }
    expect(await page.locator("[data-loss=true]", { hasText: "↵" }).count()).toBeGreaterThan(0);
    await page.getByText(/^Block 1 of/).waitFor();
    // By pointer and by keyboard.
    await page.locator("[data-index='2']").hover();
    await page.getByText(/^Token 2 of the block: id \d+, /).waitFor();
    await page.getByLabel("Token", { exact: true }).press("ArrowRight");
    await page.getByText(/^Token 3 of the block: id \d+, .* position 3 /).waitFor();
    expect(await page.locator("[data-pointed]").getAttribute("data-index")).toBe("3");
    await page.getByRole("button", { name: "Next" }).click();
    await page.getByText(/^Block 2 of/).waitFor();
  });

  it("shows every mistake beside its field and keeps what was typed", async () => {
    await page.getByRole("link", { name: "my-project" }).click();
    await page.getByRole("link", { name: "Train on this" }).click();
    await page.getByLabel("Model", { exact: true }).selectOption(TINY_MODEL_ID);
    await page.getByLabel("Batch size").fill("0");
    await page.getByLabel("Learning rate").fill("fast");
    const adapter = page.locator("summary", { hasText: "How large the extra matrices are" });
    await adapter.click();
    await page.getByLabel("Rank", { exact: true }).fill("1.5");
    // What is wrong can't be folded away.
    await adapter.click();
    await page.getByTestId("error-rank").waitFor();
    await page.getByRole("button", { name: "Start run" }).click();
    await page.getByTestId("error-batch_size").waitFor();
    expect(await page.getByTestId("error-learning_rate").textContent()).toContain("is not a number");
    expect(await page.getByTestId("error-rank").textContent()).toContain("whole number");
    expect(await page.getByLabel("Learning rate").inputValue()).toBe("fast");
    expect(await api<RunView[]>("/api/runs")).toEqual([]);
  });

  it("counts the steps while the form is filled in, and fits the warm-up to them", async () => {
    await page.getByLabel("Batch size").fill("2");
    await page.getByLabel("Learning rate").fill("0.0031");
    await page.getByLabel("Rank", { exact: true }).fill("4");
    await page.getByLabel("Sequence length").fill("64");
    for (const title of ["Length and schedule", "Measuring and keeping"])
      await page.locator("summary", { hasText: title }).click();
    await page.getByLabel("Step limit").fill("60");
    await page.getByLabel("Evaluate every").fill("20");
    await page.getByLabel("Epochs").fill("50");
    await page.getByText("Lowered to 6, 10 % of this run’s 60 steps.").waitFor();
    expect(await page.getByTestId("total-steps").textContent()).toBe("60");
    await page.getByLabel("Step limit").fill("600");
    await page.getByLabel("Evaluate every").fill("100");
    await page.getByLabel("Learning rate").press("ArrowUp");
    expect(await page.getByLabel("Learning rate").inputValue()).toBe("0.005");
    await page.getByText("Lowered to 60, 10 % of this run’s 600 steps.").waitFor();
  });

  it("trains live, and shows the same after a reload", async () => {
    await page.getByRole("button", { name: "Start run" }).click();
    await page.waitForURL(/\/runs\/run_/);
    await status("running");
    await page.locator("canvas").first().waitFor();
    await page
      .getByTestId("train-loss")
      .getByText(/^\d+\.\d{4}$/)
      .waitFor();
    await page.getByTestId("sample-first").first().locator("mark").waitFor();
    // Not offered while it trains, and it says why: to a keyboard too.
    await page.getByRole("button", { name: "Delete" }).press("Enter");
    await page.getByRole("alert").getByText("stop it first, then delete it").waitFor();
    const before = await stepShown();
    await page.reload();
    await page.locator("[data-testid=connection][data-state=live]").waitFor();
    expect(await page.title()).toContain(" on my-project");
    expect(await stepShown()).toBeGreaterThanOrEqual(before);
    await page.waitForFunction(
      (step) => Number(/step ([\d,]+)/.exec(document.body.innerText)?.[1]?.replaceAll(",", "")) > step,
      before,
    );
  });

  it("stops with a checkpoint and says how to go on", async () => {
    await page.getByRole("button", { name: "Stop" }).click();
    await status("stopped");
    await page.getByText(/^Stopped after step \d+\.$/).waitFor();
    const step = await stepShown();
    expect(step).toBeGreaterThan(0);
    expect(step).toBeLessThan(600);
    const { checkpoints } = await api<RunSnapshot>(`/api/runs/${new URL(page.url()).pathname.split("/")[2]}/snapshot`);
    expect(checkpoints).toContain(step);
  });

  it("resumes to the end, with every step once, and hands over the adapter", async () => {
    await page.getByRole("button", { name: "Resume" }).click();
    await status("completed");
    const runId = new URL(page.url()).pathname.split("/")[2];
    const run = await api<RunView>(`/api/runs/${runId}`);
    expect(await page.getByTestId("loss-change").textContent()).toMatch(/^−\d+\.\d %$/);
    const result = page.getByRole("region", { name: "Result" });
    await result.getByText((run.evalLossBefore as number).toFixed(4)).waitFor();
    await result.getByText((run.evalLossAfter as number).toFixed(4)).waitFor();
    const metrics = await api<MetricPoint[]>(`/api/runs/${runId}/metrics`);
    expect(metrics.map(({ step }) => step)).toEqual(stepsUpTo(600));

    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "adapter_model.safetensors" }).click();
    expect((await download).suggestedFilename()).toBe("adapter_model.safetensors");
    const bytes = Buffer.from(
      await (await fetch(`${studio.url}/api/runs/${runId}/files/adapter/adapter_model.safetensors`)).arrayBuffer(),
    );
    const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE())).toString()) as Record<
      string,
      unknown
    >;
    expect(Object.keys(header).some((name) => name.includes("lora_A"))).toBe(true);
  });

  it("lists the run with its result on the first page", async () => {
    await go("/");
    await page.locator("tr", { hasText: "my-project" }).locator("[data-status=completed]:visible").waitFor();
  });

  it("names, tags and annotates the run, finds it by its tag, deletes it and takes that back", async () => {
    await page.locator("tr", { hasText: "my-project" }).getByRole("link").click();
    await page.getByRole("button", { name: "Rename" }).click();
    const name = page.getByLabel("Name of the run");
    await name.fill(" ");
    await name.press("Enter");
    await page.getByRole("alert").getByText("The name must not be empty.").waitFor();
    await name.fill("First LoRA of sums");
    await name.press("Enter");
    await page.getByRole("heading", { level: 1, name: "First LoRA of sums" }).waitFor();

    const tags = page.getByRole("list", { name: "Tags" }).first();
    for (const tag of ["baseline", "to be removed"]) {
      await page.getByLabel("Add a tag").fill(tag);
      await page.getByLabel("Add a tag").press("Enter");
      await tags.getByText(tag, { exact: true }).waitFor();
    }
    await page.getByRole("button", { name: "Remove the tag to be removed" }).press("Enter");
    await tags.getByText("to be removed", { exact: true }).waitFor({ state: "detached" });

    const notes = page.getByLabel("Notes", { exact: true });
    await notes.fill("Rank 4 is enough");
    await page.getByTestId("notes-state").getByText("Not saved yet").waitFor();
    // Neither a reload nor a crash takes what was typed.
    await page.reload();
    await page.getByTestId("notes-state").getByText("Not saved yet").waitFor();
    expect(await notes.inputValue()).toBe("Rank 4 is enough");
    await notes.focus();
    await notes.press("Tab");
    await page.getByTestId("notes-state").getByText("Saved", { exact: true }).waitFor();
    const runId = new URL(page.url()).pathname.split("/")[2];
    expect(await api<RunView>(`/api/runs/${runId}`)).toMatchObject({
      name: "First LoRA of sums",
      tags: ["baseline"],
      notes: "Rank 4 is enough",
    });

    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByText("“First LoRA of sums” was deleted.").waitFor();
    await page.getByText("No runs yet").waitFor();
    await go(`/runs/${runId}`);
    await page.getByText("This run was deleted").waitFor();
    await page.goBack();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("heading", { level: 1, name: "First LoRA of sums" }).waitFor();
    await status("completed");
    expect(await notes.inputValue()).toBe("Rank 4 is enough");

    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByText("“First LoRA of sums” was deleted.").waitFor();
    await go(`/runs/${runId}`);
    await page.getByRole("button", { name: "Restore" }).click();
    await status("completed");

    await page.getByRole("link", { name: "Runs", exact: true }).click();
    await page.getByLabel("Filter runs").fill("nothing like it");
    await page.getByText("No run has all these words").waitFor();
    await page.getByLabel("Filter runs").fill("baseline");
    await page.locator("tr", { hasText: "First LoRA of sums" }).waitFor();
  });

  it("fits a phone on every screen, in both colour schemes", async () => {
    const runId = (await api<RunView[]>("/api/runs"))[0]?.id;
    const datasetId = (await api<{ id: string }[]>("/api/datasets"))[0]?.id;
    await page.setViewportSize({ width: 360, height: 740 });
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      for (const path of [
        "/",
        "/runs",
        `/runs/${runId}`,
        "/runs/new",
        "/datasets",
        "/datasets/new",
        `/datasets/${datasetId}`,
        `/datasets/${datasetId}/mask`,
      ]) {
        await go(path);
        await page.getByRole("heading", { level: 1 }).waitFor();
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(overflow, `${path} is wider than a phone`).toBeLessThanOrEqual(0);
      }
    }
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  it("made the browser complain about nothing", () => expect(studio.complaints).toEqual([]));
});
