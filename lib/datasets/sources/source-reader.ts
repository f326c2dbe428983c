/**
 * @file What a dataset source gives. A new source (the Hub, a database …) is one more file here and one more case in
 * open-source.ts; a new row format is one more case in jsonl-row.ts.
 */
import type { DatasetDocument } from "@/lib/contracts/dataset";
import type { SkipTally } from "../skip-tally";

export interface ReadSourceOptions {
  /** What messages call the source. */
  origin: string;
  /** What is left out is counted here. */
  skips: SkipTally;
  signal?: AbortSignal | undefined;
}

/** Documents one at a time, in an order that depends on the source's content only. */
export type SourceReader = (options: ReadSourceOptions) => AsyncIterable<DatasetDocument>;
