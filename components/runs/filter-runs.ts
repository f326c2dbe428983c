import type { RunListView } from "@/lib/contracts/views";
import { STATUS_LABELS } from "./status-labels";

/** The runs that have every word in their name, tags, status, model or dataset; upper and lower case are alike. */
export function filterRuns(runs: RunListView[], words: string): RunListView[] {
  const wanted = words
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  if (wanted.length === 0) return runs;
  return runs.filter(({ name, tags, status, config, datasetName, exitCause }) => {
    const cause = exitCause === "diverged" ? "diverged" : "";
    const all = [name, ...tags, STATUS_LABELS[status], cause, config.model_type, datasetName].join("\n").toLowerCase();
    return wanted.every((word) => all.includes(word));
  });
}
