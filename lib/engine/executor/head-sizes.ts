/** @file How the head's work is cut into pieces that memory has room for. */
import type { Architecture } from "../models/architecture";

/** Logits of one chunk take at most this much. */
export const LOGITS_BYTES = 32 * 1024 * 1024;
/** A slice of the head's matrix takes at most this much as float32. */
export const SLICE_BYTES = 32 * 1024 * 1024;

/** Rows of a chunk: a power of two, no more than the batch has. */
export const rowsFor = (tokens: number, allowed: number): number =>
  Math.max(64, Math.min(2 ** Math.floor(Math.log2(allowed)), 2 ** Math.ceil(Math.log2(tokens))));

/** Tokens of a slice of the vocabulary. */
export const sliceSizeOf = ({ shape }: Architecture, sliceBytes: number): number =>
  Math.min(shape.vocabularySize, 2 ** Math.floor(Math.log2(sliceBytes / 4 / shape.hiddenSize)));
