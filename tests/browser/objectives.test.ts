/** @file Filling in the middle with the bundled model, as a person sets it up: form, sequences, run, samples. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunSnapshot } from "@/lib/contracts/run-snapshot";
import { addChatDataset, addCodeDataset } from "./add-datasets";
import { findChromium } from "./find-chromium";
import { openStudio, type Studio } from "./open-studio";

const executablePath = findChromium();

describe.skipIf(executablePath === null)("objectives", () => {
  let studio: Studio;
  let page: Page;

  beforeAll(async () => {
    studio = await openStudio(executablePath as string);
    page = studio.page;
    await addCodeDataset(studio);
    await addChatDataset(studio);
  });
  afterAll(async () => studio?.close());

  const setting = (label: string) => page.getByLabel(label, { exact: true });
  const partTokens = (part: string) => page.locator(`[data-part=${part}] [data-index]`);

  it("asks for what the objective needs, and says what is wrong beside it", async () => {
    await page.goto(`${studio.url}/runs/new?dataset=code`, { waitUntil: "load" });
    await setting("Model").selectOption("codetune/tiny-code");
    expect(await setting("FIM rate").count()).toBe(0);
    await setting("Objective").selectOption("fim");
    await setting("FIM rate").fill("2");
    await page.getByTestId("error-fim_rate").getByText("must be at most 1").waitFor();
    await setting("FIM rate").fill("1");
    await setting("SPM share").fill("0.5");
    await setting("Amphigory").selectOption("yes");
    await setting("Amphigory ratio").fill("0.4");
    await page.getByTestId("error-amphigory_ratio").getByText("must be at most 0.3").waitFor();
    await setting("Amphigory ratio").fill("0.3");
    await page.getByTestId("error-amphigory_ratio").waitFor({ state: "detached" });
    await setting("Amphigory").selectOption("no");
    await setting("Objective").selectOption("chat");
    await page
      .getByTestId("error-objective")
      .getByText(/needs a model with a chat template/)
      .waitFor();
    await setting("Objective").selectOption("fim");
    await page.getByTestId("error-objective").waitFor({ state: "detached" });
    // What was typed before is still there.
    expect(await setting("FIM rate").inputValue()).toBe("1");
    await page
      .getByTestId("objective-counts")
      .getByText(/gaps to fill, \d+ with the suffix first/)
      .waitFor();
  });

  it("shows which tokens are prefix, suffix and middle, in both orders, and which get loss", async () => {
    await setting("Sequence length").fill("256");
    await page.getByRole("button", { name: "See what gets loss" }).click();
    await page.locator("[data-part=middle]").first().waitFor();
    await page.getByText(/A gap is cut into the file/).waitFor();
    expect(await partTokens("prefix").count()).toBeGreaterThan(3);
    expect(await partTokens("suffix").count()).toBeGreaterThan(3);
    await setting("FIM loss").selectOption("middle");
    await page.locator("[data-part=prefix] [data-loss=false]").first().waitFor();
    await page.waitForFunction(() => document.querySelector("[data-part=prefix] [data-loss=true]") === null);
    expect(await page.locator("[data-part=middle] [data-loss=false]").count()).toBe(0);
    await setting("SPM share").fill("1");
    await page.getByText("suffix, prefix, then the middle (SPM)").first().waitFor();
    await setting("Middle is cut by").selectOption("syntax");
    await page.getByText("suffix, prefix, then the middle (SPM)").first().waitFor();
    await page.waitForFunction(() => document.querySelector("[aria-busy=true]") === null);
    // The mask view of the dataset shows the same blocks.
    const shown = await page.locator("[data-index]").allTextContents();
    const address = `${studio.url}/datasets/${new URL(page.url()).searchParams.get("dataset")}/mask`;
    expect(shown.length).toBe(256 - (await paddingShown()));
    await page.goto(address, { waitUntil: "load" });
    await setting("Objective").selectOption("fim");
    await page.locator("[data-part=middle]").first().waitFor();
    await page.goBack({ waitUntil: "load" });
  });

  const paddingShown = async (): Promise<number> => {
    const texts = await page.getByText(/tokens of padding/).allTextContents();
    return texts.reduce((sum, text) => sum + Number(/^\d+/.exec(text)?.[0]), 0);
  };

  it("trains on it, and its samples are gaps in held-out files", async () => {
    await page.goto(`${studio.url}/runs/new?dataset=code`, { waitUntil: "load" });
    await setting("Model").selectOption("codetune/tiny-code");
    await setting("Objective").selectOption("fim");
    await setting("FIM rate").fill("1");
    await page.locator("summary", { hasText: "Length and schedule" }).click();
    await page.getByLabel("Step limit").fill("3");
    await setting("Batch size").fill("2");
    await page.getByText(/^Lowered to 0/).waitFor();
    await page.getByRole("button", { name: "Start run" }).click();
    await page.waitForURL(/\/runs\/run_/);
    await page.locator("h1 ~ [data-testid=run-status][data-status=completed]").waitFor({ timeout: 180_000 });
    const runId = new URL(page.url()).pathname.split("/")[2];
    const snapshot = (await (await fetch(`${studio.url}/api/runs/${runId}/snapshot`)).json()) as RunSnapshot;
    expect(snapshot.run.config).toMatchObject({ objective: "fim", fim_rate: 1 });
    expect(snapshot.samples.length).toBeGreaterThan(1);
    for (const { suffix } of snapshot.samples) expect(suffix?.startsWith("\n")).toBe(true);
    await page.getByTestId("sample-latest").first().locator("mark").waitFor();
    // Afterwards too one can look at what it was trained on.
    await page.getByRole("link", { name: "See what gets loss" }).click();
    await page.waitForURL(/\/mask\?/);
    await page.locator("[data-part=middle]").first().waitFor();
    expect(await setting("Objective").inputValue()).toBe("fim");
  });

  it("shows a conversation's turns, of which only the assistant's get loss", async () => {
    await page.goto(`${studio.url}/runs/new?dataset=talks`, { waitUntil: "load" });
    await setting("Model").selectOption("codetune/tiny-code");
    await page
      .getByTestId("error-dataset_name")
      .getByText(/holds conversations/)
      .waitFor();
    await setting("Model").selectOption("test/chat");
    await page.getByTestId("error-dataset_name").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "See what gets loss" }).click();
    await page.locator("[data-part=assistant] [data-loss=true]").first().waitFor();
    expect(await partTokens("user").count()).toBeGreaterThan(3);
    expect(await page.locator("[data-part=user] [data-loss=true]").count()).toBe(0);
    expect(await page.locator("[data-part=assistant] [data-loss=false]").count()).toBe(0);
    expect(studio.complaints).toEqual([]);
  });
});
