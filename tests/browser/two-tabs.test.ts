/** @file One run in two tabs: both show the same, and what is done in one shows in the other without a reload. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatCount, formatLoss } from "@/components/ui/format";
import type { MetricPoint, RunView } from "@/lib/contracts/views";
import { findChromium } from "./find-chromium";
import { openStudio, type Studio } from "./open-studio";
import { startLongRun } from "./start-long-run";

const executablePath = findChromium();

describe.skipIf(executablePath === null)("a run in two tabs", () => {
  let studio: Studio;
  let left: Page;
  let right: Page;
  let runId: string;

  beforeAll(async () => {
    studio = await openStudio(executablePath as string);
    runId = (await startLongRun(studio)).id;
    left = studio.page;
    right = await left.context().newPage();
    for (const tab of [left, right]) {
      await tab.goto(`${studio.url}/runs/${runId}`);
      // Gone with a reload.
      await tab.evaluate(() => document.body.setAttribute("data-not-reloaded", ""));
    }
  });
  afterAll(async () => studio?.close());

  const api = async <T>(path = ""): Promise<T> =>
    (await fetch(`${studio.url}/api/runs/${runId}${path}`)).json() as Promise<T>;
  const status = (tab: Page, name: string) =>
    tab.locator(`h1 ~ [data-testid=run-status][data-status=${name}]`).waitFor({ timeout: 120_000 });
  /** Read in one go, so that it is the same drawing. */
  const shownIn = (tab: Page) =>
    tab.evaluate(() => ({
      status: document.querySelector<HTMLElement>("h1 ~ [data-testid=run-status]")?.dataset["status"],
      step: /step ([\d,]+)/.exec(document.querySelector("[data-testid=step]")?.textContent ?? "")?.[1],
      loss: document.querySelector("[data-testid=train-loss]")?.textContent,
    }));
  /** As far as the page knows. */
  const comeBackTo = (tab: Page) =>
    tab.evaluate(() => document.dispatchEvent(new Event("visibilitychange", { bubbles: true })));
  /** In one tab, until both show it. */
  const rename = async (tab: Page, name: string) => {
    await tab.getByRole("button", { name: "Rename" }).click();
    await tab.getByLabel("Name of the run").fill(name);
    await tab.getByLabel("Name of the run").press("Enter");
    for (const each of [left, right]) await each.getByRole("heading", { level: 1, name }).waitFor();
  };
  /** Both at rest show what the database says. */
  const expectSame = async () => {
    const run = await api<RunView>();
    for (const tab of [left, right]) {
      await tab
        .getByTestId("step")
        .getByText(`step ${formatCount(run.step)} /`)
        .waitFor();
      expect(await shownIn(tab)).toEqual({
        status: run.status,
        step: formatCount(run.step),
        loss: formatLoss(run.trainLoss),
      });
    }
  };

  it("shows in both, step by step, the loss that was recorded of that step", async () => {
    for (const tab of [left, right]) {
      await status(tab, "running");
      await tab.locator("[data-testid=connection][data-state=live]").waitFor();
    }
    const seen: Awaited<ReturnType<typeof shownIn>>[] = [];
    for (let look = 0; look < 5; look++) {
      for (const tab of [left, right]) {
        const { step = "0" } = await shownIn(tab);
        await tab.waitForFunction(
          (before) => !document.querySelector("[data-testid=step]")?.textContent?.startsWith(`step ${before} `),
          step,
        );
        seen.push(await shownIn(tab));
      }
    }
    const metrics = await api<MetricPoint[]>("/metrics");
    const recorded = new Map(metrics.map(({ step, trainLoss }) => [formatCount(step), formatLoss(trainLoss)]));
    for (const shown of seen) {
      expect(shown.status).toBe("running");
      expect(recorded.get(shown.step ?? "")).toBe(shown.loss);
    }
  });

  it("shows a new name in the other tab, too", async () => {
    await rename(left, "Named on the left");
  });

  it("shows in the other tab that it was stopped, with the same step and loss", async () => {
    await right.getByRole("button", { name: "Stop" }).click();
    for (const tab of [right, left]) await status(tab, "stopped");
    await expectSame();
    for (const tab of [left, right]) await tab.getByRole("button", { name: "Resume" }).waitFor();
  });

  it("looks at a run that has ended now and then, and when one comes back: another name, and that it goes on", async () => {
    await rename(right, "Named on the right");

    const before = (await api<RunView>()).step;
    await left.getByRole("button", { name: "Resume" }).click();
    await left.locator("[data-testid=connection][data-state=live]").waitFor();
    await comeBackTo(right);
    for (const tab of [left, right]) {
      await status(tab, "running");
      await tab.waitForFunction((step) => {
        const shown = /step ([\d,]+)/.exec(document.querySelector("[data-testid=step]")?.textContent ?? "")?.[1];
        return Number(shown?.replaceAll(",", "")) > step;
      }, before);
    }
    await left.getByRole("button", { name: "Stop" }).click();
    for (const tab of [left, right]) await status(tab, "stopped");
    await expectSame();
  });

  it("needed no reload for all that, and says in both that it was deleted", async () => {
    for (const tab of [left, right]) expect(await tab.locator("body[data-not-reloaded]").count()).toBe(1);
    await right.getByRole("button", { name: "Delete" }).click();
    await right.getByText("was deleted.").waitFor();
    await comeBackTo(left);
    await left.getByText("This run was deleted").waitFor();
    expect(studio.complaints).toEqual([]);
  });
});
