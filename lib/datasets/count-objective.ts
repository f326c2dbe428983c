import type { ObjectiveCounts } from "@/lib/contracts/prepared-blocks";

export type ObjectiveCounter = (what: keyof ObjectiveCounts, by?: number) => void;

/** A tally and the function that adds to it. */
export function countObjective(): { counts: ObjectiveCounts; count: ObjectiveCounter } {
  const counts: ObjectiveCounts = {};
  return {
    counts,
    count: (what, by = 1) => {
      if (by > 0) counts[what] = (counts[what] ?? 0) + by;
    },
  };
}
