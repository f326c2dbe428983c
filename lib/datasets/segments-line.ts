/** @file A block's line of `<split>.documents.jsonl`: what its segments are. For people to see; engines do not read it. */
import { z } from "zod";
import { SAMPLE_PARTS } from "@/lib/contracts/dataset";
import type { SampleRun } from "./training-sample";

export interface SegmentLine {
  /** Of the document. */
  name: string;
  /** What the segment's tokens are, in order; null for plain text. */
  runs: Pick<SampleRun, "part" | "length">[] | null;
}

/** A name alone is a segment of plain text; otherwise the name, then a part and its tokens, and so on. */
const Entry = z.union([
  z.string().transform((name): SegmentLine => ({ name, runs: null })),
  z
    .tuple([z.string()], z.union([z.enum(SAMPLE_PARTS), z.int().min(1)]))
    .transform(([name, ...rest]): SegmentLine => ({ name, runs: pairsOf(rest) })),
]);
const Line = z.array(Entry);

export const writeSegments = (segments: readonly SegmentLine[]): string =>
  JSON.stringify(
    segments.map(({ name, runs }) =>
      runs === null ? name : [name, ...runs.flatMap(({ part, length }) => [part, length])],
    ),
  );

/** Throws when the line is not what was written. */
export const readSegments = (line: string): SegmentLine[] => Line.parse(JSON.parse(line));

function pairsOf(values: readonly unknown[]): NonNullable<SegmentLine["runs"]> {
  const Pair = z.tuple([z.enum(SAMPLE_PARTS), z.int()]);
  return Array.from({ length: Math.ceil(values.length / 2) }, (_, i) => {
    const [part, length] = Pair.parse(values.slice(2 * i, 2 * i + 2));
    return { part, length };
  });
}
