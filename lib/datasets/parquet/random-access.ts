/** @file A file that is read in parts, near or far. */

export interface RandomAccess {
  /** What messages call it. */
  name: string;
  byteLength: number;
  /** Exactly the bytes from `start` to `end` (exclusive). Errors: AppError. */
  slice(start: number, end: number): Promise<Uint8Array>;
}
