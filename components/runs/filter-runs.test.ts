import { describe, expect, it } from "vitest";
import { RunConfig } from "@/lib/contracts/run-config";
import { RUN_STATUSES } from "@/lib/contracts/run-status";
import type { RunListView } from "@/lib/contracts/views";
import { filterRuns } from "./filter-runs";

const config = RunConfig.parse({ model_type: "codetune/tiny-code", dataset_name: "d" });
const run = (name: string, change: Partial<RunListView> = {}) =>
  ({
    name,
    tags: [],
    status: "completed",
    config,
    datasetName: "my-project",
    exitCause: null,
    ...change,
  }) as RunListView;
const runs = [
  run("First try", { tags: ["baseline", "a b"] }),
  run("Second TRY", { status: "failed", exitCause: "diverged" }),
  run("Third", { tags: ["BASELINE"], status: "running" }),
];
const found = (words: string) => filterRuns(runs, words).map(({ name }) => name);

describe("filterRuns", () => {
  it("leaves all without words", () => {
    for (const words of ["", "  ", "\t"]) expect(filterRuns(runs, words)).toEqual(runs);
  });

  it("finds by name, tag, status, model and dataset, in any case", () => {
    expect(found("try")).toEqual(["First try", "Second TRY"]);
    expect(found("baseline")).toEqual(["First try", "Third"]);
    expect(found("RUNNING")).toEqual(["Third"]);
    expect(found("diverged")).toEqual(["Second TRY"]);
    expect(found("tiny-code my-pro")).toHaveLength(3);
  });

  it("wants every word, each within one thing", () => {
    expect(found("baseline third")).toEqual(["Third"]);
    expect(found("baseline failed")).toEqual([]);
    // The end of one thing and the start of the next make no word.
    expect(found("trybaseline")).toEqual([]);
    expect(found("nothing")).toEqual([]);
  });

  it("finds every status by its own word", () => {
    for (const status of RUN_STATUSES) expect(filterRuns([run("x", { status })], status)).toHaveLength(1);
  });
});
