/** @file Figures as people read them. */
import { SHAPES, type ShapeName } from "./shapes";

/** Three digits that mean something, never a power of ten: 0.0123, 4.56, 78.9, 1234. */
export function digits(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString("en");
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en");
  return String(Number(value.toPrecision(3)));
}

export const gigabytes = (bytes: number): string => `${digits(Number((bytes / 1e9).toPrecision(2)))} GB`;
export const seconds = (value: number): string => `${digits(value)} s`;
export const ratio = (value: number): string => `${value.toFixed(2)}×`;

/** A program's figures carry their units in their names: "secondsToFirstPage", "peakBytes". */
export function figure(name: string, value: number | string): string {
  if (typeof value === "string") return value;
  if (/bytes$/i.test(name)) return gigabytes(value);
  if (/^seconds|seconds$/i.test(name)) return seconds(value);
  if (/percent$/i.test(name)) return `${digits(value)} %`;
  // Where the fourth digit decides.
  if (/loss|÷/i.test(name)) return value.toFixed(4);
  return digits(value);
}

/** "evalLossBefore" → "eval loss before" */
export const words = (name: string): string => name.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

export const titleOf = (shape: string): string => SHAPES[shape as ShapeName]?.title ?? shape;
