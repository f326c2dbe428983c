import { describe, expect, it } from "vitest";
import { applyRunEvent, emptySnapshot, mergeMetric, thinMetrics } from "./run-snapshot";
import type { MetricPoint, RunEventView, RunView } from "./views";

const run = { id: "run_1", status: "running" } as RunView;

const point = (step: number, change: Partial<MetricPoint> = {}): MetricPoint => ({
  step,
  epoch: step / 10,
  trainLoss: 3,
  evalLoss: null,
  learningRate: 1e-4,
  gradNorm: 1,
  tokensPerSecond: 100,
  tokensSeen: step * 10,
  isFinite: true,
  residentBytes: null,
  timestamp: "2026-11-23T00:00:00.000Z",
  ...change,
});

const event = (seq: number, kind: RunEventView["kind"], payload: Record<string, unknown>): RunEventView => ({
  seq,
  kind,
  payload,
  createdAt: "2026-11-23T00:00:00.000Z",
});

const events: RunEventView[] = [
  event(1, "metric", { ...point(0), trainLoss: null, evalLoss: 4 }),
  event(2, "sample", { step: 0, name: "a", prompt: "p", completion: "c" }),
  event(3, "metric", { ...point(1) }),
  event(4, "log", { level: "warn", message: "hot" }),
  event(5, "checkpoint", { step: 1, path: "/x" }),
  event(6, "progress", { phase: "training", done: 1, total: 9 }),
  event(7, "metric", { ...point(2) }),
  event(8, "error", { cause: "diverged", message: "not finite", step: 2 }),
];

describe("applyRunEvent", () => {
  it("gives the same for events that come twice, as after a reconnect", () => {
    const once = events.reduce(applyRunEvent, emptySnapshot(run));
    const overlapping = [...events, ...events.slice(2), ...events].reduce(applyRunEvent, emptySnapshot(run));
    expect(overlapping).toEqual(once);
    expect(once.metrics.map(({ step }) => step)).toEqual([0, 1, 2]);
    expect(once).toMatchObject({ checkpoints: [1], lastSeq: 8, samples: [{ step: 0 }], progress: { done: 1 } });
    expect(once.log.map(({ level }) => level)).toEqual(["warn", "info", "error"]);
  });

  it("lets a snapshot from the database and the stream overlap", () => {
    const fromDatabase = {
      ...emptySnapshot(run),
      metrics: [point(0, { trainLoss: null, evalLoss: 4 }), point(1), point(2)],
      lastSeq: 2,
    };
    expect(events.reduce(applyRunEvent, fromDatabase).metrics.map(({ step }) => step)).toEqual([0, 1, 2]);
  });

  it("forgets what was under way when the status changes, as over a stop and a resume", () => {
    const saving = event(9, "progress", { phase: "saving", done: 0, total: 1 });
    const stopped = [...events, saving, event(10, "status", { status: "stopped" })];
    expect(stopped.reduce(applyRunEvent, emptySnapshot(run)).progress).toBeNull();
    const again = [...stopped, event(11, "status", { status: "queued" }), event(12, "progress", { ...saving.payload })];
    expect(again.reduce(applyRunEvent, emptySnapshot(run)).progress).toMatchObject({ phase: "saving" });
  });

  it("shows the checkpoints that the trainer kept, and all of a trainer that does not say", () => {
    const checkpoint = (step: number, kept?: number[]) => event(step, "checkpoint", { step, path: "/x", kept });
    const steps = (...all: RunEventView[]) => all.reduce(applyRunEvent, emptySnapshot(run)).checkpoints;
    expect(steps(checkpoint(2), checkpoint(4), checkpoint(6))).toEqual([2, 4, 6]);
    expect(steps(checkpoint(2, [2]), checkpoint(4, [2, 4]), checkpoint(6, [4, 6]))).toEqual([4, 6]);
  });

  it("goes on after events it can't read", () => {
    const broken = [
      event(1, "metric", { step: "one" }),
      event(2, "sample", {}),
      event(3, "log", {}),
      event(4, "progress", {}),
    ];
    const snapshot = broken.reduce(applyRunEvent, emptySnapshot(run));
    expect(snapshot).toEqual({ ...emptySnapshot(run), lastSeq: 4 });
  });
});

describe("mergeMetric", () => {
  it("keeps an evaluation when its step is reported again without one, as after a resume", () => {
    const metrics = [point(1), point(2, { evalLoss: 2.5 }), point(3)].reduce(mergeMetric, [] as MetricPoint[]);
    const again = mergeMetric(metrics, point(2, { trainLoss: 2.9 }));
    expect(again.map(({ step }) => step)).toEqual([1, 2, 3]);
    expect(again[1]).toMatchObject({ evalLoss: 2.5, trainLoss: 2.9 });
  });

  it("puts a late step in its place", () => {
    expect(mergeMetric([point(1), point(3)], point(2)).map(({ step }) => step)).toEqual([1, 2, 3]);
  });
});

describe("thinMetrics", () => {
  const many = Array.from({ length: 100_000 }, (_, step) =>
    point(step, { trainLoss: 2 + Math.sin(step * 12.9898) * 0.5, evalLoss: step % 5000 === 0 ? 2.2 : null }),
  );
  many[54_321] = point(54_321, { trainLoss: 99 });
  many[12_345] = point(12_345, { trainLoss: 0.001 });
  many[77_777] = point(77_777, { trainLoss: null, isFinite: false });

  it("keeps ends, extremes, evaluations and what is not finite, in order and within the limit", () => {
    const thin = thinMetrics(many, 2000);
    const steps = thin.map(({ step }) => step);
    expect(thin.length).toBeLessThanOrEqual(2000);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    for (const step of [0, 99_999, 54_321, 12_345, 77_777, 5000, 95_000]) expect(steps).toContain(step);
    // Nothing is made up: every point is one that was measured.
    expect(thin.every((kept) => many[kept.step] === kept)).toBe(true);
  });

  it("leaves a short curve alone", () => {
    const short = many.slice(0, 100);
    expect(thinMetrics(short, 100)).toBe(short);
  });
});
