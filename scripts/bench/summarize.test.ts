import { expect, test } from "vitest";
import { median, summarizePair, summarizeTurns, type Turn } from "./summarize";

const turn = (seconds: number, change: Partial<Turn> = {}): Turn => ({
  seconds,
  sgemmFlops: 100,
  peakBytes: 1000,
  waitingCpuSeconds: 0.01,
  ...change,
});
const FACTS = { baseParameters: 10, trainableParameters: 2, firstLoss: 3, secondsToFirstStep: 4 };

test("medians", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(() => median([])).toThrow("nothing");
});

test("useful work ÷ matrix rate is taken round by round, so a drifting machine drifts for both", () => {
  const turns = [turn(1, { sgemmFlops: 4000 }), turn(2, { sgemmFlops: 2000 }), turn(4, { sgemmFlops: 1000 })];
  const figures = summarizeTurns(turns, FACTS, { blockLength: 80, method: "lora" });
  // 4 FLOP · 10 parameters · 80 tokens = 3200 a step.
  expect(figures.usefulFlopsOverSgemm).toBeCloseTo(0.8);
  expect(figures.tokensPerSecond).toBe(40);
  expect(summarizeTurns(turns, FACTS, { blockLength: 80, method: "full" }).usefulFlopsOverSgemm).toBeCloseTo(1.2);
});

test("the peak is the highest of all rounds; what a process did not say is missed", () => {
  const turns = [turn(1), turn(1, { peakBytes: 5000, waitingCpuSeconds: 0.5 }), turn(1)];
  const figures = summarizeTurns(turns, FACTS, { blockLength: 8, method: "lora" });
  expect(figures).toMatchObject({ peakBytes: 5000, longestWaitingCpuSeconds: 0.5, rounds: 3 });
  expect(() =>
    summarizeTurns(turns, { ...FACTS, firstLoss: undefined as never }, { blockLength: 8, method: "lora" }),
  ).toThrow("firstLoss");
});

test("a pair's ratio is the median of the rounds' ratios, not the ratio of medians", () => {
  const ours = [turn(1), turn(10), turn(2, { peakBytes: 3000 })];
  const theirs = [turn(2), turn(40), turn(3, { peakBytes: 6000 })];
  expect(summarizePair(ours, theirs)).toEqual({
    speedRatio: 2,
    lowestSpeedRatio: 1.5,
    highestSpeedRatio: 4,
    memoryRatio: 0.5,
    rounds: 3,
  });
  expect(() => summarizePair(ours, theirs.slice(1))).toThrow("same rounds");
});
