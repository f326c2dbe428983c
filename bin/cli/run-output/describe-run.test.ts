import { expect, test } from "vitest";
import { RunConfig } from "@/lib/contracts/run-config";
import type { RunView } from "@/lib/contracts/views";
import { describeProgress, describeResult, formatDuration, secondsLeft } from "./describe-run";

const run: RunView = {
  id: "run_0000000000000000000",
  name: "x",
  notes: "",
  tags: [],
  status: "running",
  config: RunConfig.parse({ model_type: "a", dataset_name: "b" }),
  datasetName: "b",
  datasetId: null,
  step: 30,
  totalSteps: 120,
  epoch: 0.25,
  trainLoss: 2.5,
  evalLossBefore: 3,
  evalLossAfter: null,
  evalTokens: null,
  tokensPerSecond: 1234.5,
  peakBytes: null,
  device: "cpu",
  exitCause: null,
  exitMessage: null,
  adapterPath: null,
  adapterStep: null,
  trainableParameters: null,
  totalParameters: null,
  queuePosition: null,
  createdAt: "2026-01-01T00:00:00.000Z",
  startedAt: null,
  endedAt: null,
  activeMs: 0,
  activeSince: null,
};

test.each([
  [0, "0:00"],
  [59.6, "1:00"],
  [75, "1:15"],
  [3600, "1:00:00"],
  [-5, "0:00"],
])("%d seconds are %s", (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

test("time left goes by the steps since the start, not since step 0", () => {
  expect(secondsLeft(run, 20, 0, 10_000)).toBe(90);
  expect(secondsLeft(run, 30, 0, 10_000)).toBeNull();
  expect(secondsLeft({ ...run, totalSteps: null }, 0, 0, 10_000)).toBeNull();
});

test("the bar is as long at every step, and never longer than its width", () => {
  for (const step of [0, 1, 60, 119, 120]) {
    expect(describeProgress({ ...run, step }, null, 24)).toMatch(/^[█░]{24} \d+\/120 {2}/);
  }
});

test("a result names the change of the held-out loss with its direction", () => {
  const done: RunView = { ...run, status: "completed", evalLossAfter: 2.4, adapterPath: "/x/adapter" };
  expect(describeResult(done)).toBe(
    "status: completed\nadapter: /x/adapter\nheld-out loss: 3.0000 before, 2.4000 after (20.0 % lower)",
  );
  expect(describeResult({ ...done, evalLossAfter: 3.3 })).toContain("10.0 % higher");
  expect(describeResult({ ...done, adapterStep: 20 })).toContain("adapter of step 20, the best: /x/adapter");
  expect(describeResult({ ...done, adapterStep: done.step })).toContain("adapter: /x/adapter");
});

test("a run that did not finish says why and how to go on", () => {
  const text = describeResult({ ...run, status: "failed", exitMessage: "The loss is no number any more." });
  expect(text).toContain("The loss is no number any more.");
  expect(text).toContain(`codetune-studio resume ${run.id}`);
});
