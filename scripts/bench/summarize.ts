/** @file Rounds → figures. Medians, because a shared machine's bad moments are no part of what is measured. */
import type { Reply } from "./contestant";

export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error("internal: the median of nothing");
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

/** One process's step, and the matrix rate measured in the same round. */
export interface Turn {
  seconds: number;
  sgemmFlops: number;
  peakBytes: number;
  waitingCpuSeconds: number;
}

export interface StepFigures {
  tokensPerSecond: number;
  /** Useful work ÷ what the machine's own matrix product does in a second, both of the same round. */
  usefulFlopsOverSgemm: number;
  sgemmFlops: number;
  peakBytes: number;
  secondsToFirstStep: number;
  firstLoss: number;
  baseParameters: number;
  trainableParameters: number;
  rounds: number;
  longestWaitingCpuSeconds: number;
}

/**
 * FLOP per parameter and token: 2 forward, 2 backward to the activations, and 2 more for the weights' own gradients where
 * they are trained. Recomputation is not counted: it is no use to anyone.
 */
export const usefulFlopsPerParameter = (method: string): number => (method === "full" ? 6 : 4);

export function summarizeTurns(
  turns: readonly Turn[],
  facts: Reply,
  { blockLength, method }: { blockLength: number; method: string },
): StepFigures {
  const fact = (name: string) => {
    const value = facts[name];
    if (value === undefined) throw new Error(`internal: a measured process did not say ${name}`);
    return value;
  };
  const work = usefulFlopsPerParameter(method) * fact("baseParameters") * blockLength;
  return {
    tokensPerSecond: median(turns.map(({ seconds }) => blockLength / seconds)),
    usefulFlopsOverSgemm: median(turns.map(({ seconds, sgemmFlops }) => work / seconds / sgemmFlops)),
    sgemmFlops: median(turns.map(({ sgemmFlops }) => sgemmFlops)),
    peakBytes: Math.max(...turns.map(({ peakBytes }) => peakBytes)),
    secondsToFirstStep: fact("secondsToFirstStep"),
    firstLoss: fact("firstLoss"),
    baseParameters: fact("baseParameters"),
    trainableParameters: fact("trainableParameters"),
    rounds: turns.length,
    longestWaitingCpuSeconds: Math.max(...turns.map(({ waitingCpuSeconds }) => waitingCpuSeconds)),
  };
}

export interface PairFigures {
  /** Our tokens/s ÷ theirs: the median of the rounds' ratios, their lowest and highest. */
  speedRatio: number;
  lowestSpeedRatio: number;
  highestSpeedRatio: number;
  /** Our peak memory ÷ theirs. */
  memoryRatio: number;
  rounds: number;
}

/** Turns of both in the same rounds, in the same order. */
export function summarizePair(ours: readonly Turn[], theirs: readonly Turn[]): PairFigures {
  if (ours.length !== theirs.length) throw new Error("internal: a pair has turns in the same rounds");
  const ratios = ours.map(({ seconds }, round) => (theirs[round] as Turn).seconds / seconds);
  const peak = (turns: readonly Turn[]) => Math.max(...turns.map(({ peakBytes }) => peakBytes));
  return {
    speedRatio: median(ratios),
    lowestSpeedRatio: Math.min(...ratios),
    highestSpeedRatio: Math.max(...ratios),
    memoryRatio: peak(ours) / peak(theirs),
    rounds: ratios.length,
  };
}
