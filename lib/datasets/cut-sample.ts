/** @file Cutting a sample's tokens into pieces that fit a block. */
import { type SampleRun, sliceRuns, type TrainingSample } from "./training-sample";

/** Tokens start … start + length - 1 of the sample. Its first token gets no loss, whatever the runs say. */
export interface Piece {
  start: number;
  length: number;
  runs: SampleRun[];
}

/**
 * Where loss begins with the first token, pieces begin at the sample's start; no piece has a single token, since a piece's
 * first token gets no loss. Where a prompt comes first they end at the sample's end, so that what is learned has as much
 * before it as fits. Pieces without loss are dropped.
 */
export function cutSample({ ids, runs }: TrainingSample, blockLength: number): Piece[] {
  const sizes: number[] = [];
  for (let rest = ids.length; rest > 0; ) {
    const size = Math.min(rest, blockLength);
    sizes.push(rest - size === 1 && size > 2 ? size - 1 : size);
    rest -= sizes.at(-1) as number;
  }
  if (runs[0]?.hasLoss === false) sizes.reverse();
  const pieces: Piece[] = [];
  let start = 0;
  for (const length of sizes) {
    const piece = { start, length, runs: sliceRuns(runs, start, length) };
    if (hasLoss(piece.runs)) pieces.push(piece);
    start += length;
  }
  return pieces;
}

const hasLoss = (runs: readonly SampleRun[]): boolean =>
  runs.some((run, i) => run.hasLoss && (i > 0 || run.length > 1));
