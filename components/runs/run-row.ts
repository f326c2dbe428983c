import type { RunView } from "@/lib/contracts/views";

/** A run in a list, with the shape of its loss. */
export interface RunRow {
  run: RunView;
  /** A few dozen train losses in step order. */
  spark: number[];
}
