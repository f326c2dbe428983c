import { z } from "zod";

/** A number between two bounds, with a sentence part for each. */
export const finite = (min: number, max: number) =>
  z.number().min(min, `must be at least ${min}`).max(max, `must be at most ${max}`);

export const whole = (min: number, max: number) => finite(min, max).refine(Number.isInteger, "must be a whole number");
