/** @file What can be made of datasets that are there: each result is a new version that knows its parents. */
import { z } from "zod";

const dataset = z.string().trim().min(1, "choose a dataset").max(250);
const seed = z.int().min(0).max(2147483647).default(42);

export const DeriveOperation = z.discriminatedUnion("kind", [
  /** As many documents of each as its weight allows without repeating any: weights are shares of the result's bytes. */
  z.strictObject({
    kind: z.literal("mix"),
    parts: z
      .array(z.strictObject({ dataset, weight: z.number().gt(0, "must be above 0").max(1e6) }))
      .min(2, "choose at least two datasets")
      .max(50),
    seed,
  }),
  z.strictObject({
    kind: z.literal("filter"),
    dataset,
    languages: z.array(z.string().trim().min(1).max(40)).max(200).default([]),
    /** SPDX identifiers of which one must be granted. */
    licenses: z.array(z.string().trim().min(1).max(100)).max(200).default([]),
    /** Patterns in the notation of .gitignore for documents' names. */
    include: z.array(z.string().trim().min(1).max(500)).max(1000).default([]),
    exclude: z.array(z.string().trim().min(1).max(500)).max(1000).default([]),
    min_bytes: z.int().min(0).default(0),
    max_bytes: z.int().min(1).max(1e9).default(1e9),
    /** These words, as they are written. */
    containing: z.string().max(1000).default(""),
    not_containing: z.string().max(1000).default(""),
  }),
  z.strictObject({
    kind: z.literal("sample"),
    dataset,
    documents: z.int().min(1, "must be at least 1").max(1e9),
    seed,
  }),
  z.strictObject({
    kind: z.literal("deduplicate"),
    dataset,
    /** Jaccard similarity from which on the later of two is left out; 1 leaves out equal texts only. */
    threshold: z.number().min(0.5).max(1).default(0.85),
  }),
  z.strictObject({
    kind: z.literal("split"),
    dataset,
    by: z.enum(["file", "repository", "time"]).default("file"),
    held_out: z.number().gt(0).max(0.5).default(0.1),
    seed,
  }),
]);
export type DeriveOperation = z.infer<typeof DeriveOperation>;
export type DeriveKind = DeriveOperation["kind"];

/** Datasets that an operation reads, as they were named. */
export const datasetsOf = (operation: DeriveOperation): string[] =>
  operation.kind === "mix" ? operation.parts.map((part) => part.dataset) : [operation.dataset];
