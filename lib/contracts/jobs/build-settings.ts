/**
 * @file What the pipeline from source code to a dataset does, step by step. The same names in the form, the API and, with
 * dashes, as options of `dataset build`.
 */
import { z } from "zod";

/** In the order in which they are applied. */
export const PIPELINE_STEPS = [
  "paths",
  "size",
  "encoding",
  "generated",
  "exact_duplicates",
  "license",
  "secrets",
  "personal_data",
  "syntax",
  "near_duplicates",
  "decontamination",
] as const;
export type PipelineStep = (typeof PIPELINE_STEPS)[number];

export const BENCHMARKS = ["humaneval", "mbpp"] as const;

const globs = z.array(z.string().trim().min(1, "must not be empty").max(500)).max(1000);
const share = (max: number) => z.number().min(0).max(max);

export const BuildSettings = z.strictObject({
  /** Patterns in the notation of .gitignore; with any, only what matches one is read. */
  include: globs.default([]),
  /** The same; what matches one is left out. */
  exclude: globs.default([]),
  /** Lower-case language names; none means every language. */
  languages: z.array(z.string().trim().min(1).max(40)).max(200).default([]),
  /** Leaves out what .gitattributes marks as linguist-vendored or -generated, folders of other people's code, lock files. */
  vendored: z.boolean().default(true),
  min_file_bytes: z.int().min(0).max(1_000_000).default(1),
  max_file_bytes: z.int().min(1).max(10_000_000).default(1_000_000),
  /** Leaves out minified files and those whose header says that a program wrote them. */
  generated: z.boolean().default(true),
  exact_duplicates: z.boolean().default(true),
  /** SPDX identifiers of which one must be granted; none means that licences are noted and decide nothing. */
  licenses: z.array(z.string().trim().min(1).max(100)).max(200).default([]),
  /** Whether files stay whose licence nobody states. Only with `licenses`. */
  unknown_license: z.boolean().default(true),
  secrets: z.enum(["off", "drop", "redact"]).default("redact"),
  personal_data: z.enum(["off", "drop", "redact"]).default("redact"),
  /** "drop" leaves out files that do not parse; where there is no grammar for a language, nothing is left out. */
  syntax: z.enum(["off", "drop"]).default("off"),
  near_duplicates: z.boolean().default(true),
  /** Jaccard similarity of 5-token shingles from which on the later of two files is left out. */
  near_duplicate_threshold: z.number().min(0.5).max(1).default(0.85),
  /** Other datasets, by id, whose documents count as seen already. */
  near_duplicates_of: z.array(z.string().max(100)).max(100).default([]),
  /** Benchmarks whose tasks must not be in the data. */
  decontamination: z
    .array(z.enum(BENCHMARKS))
    .max(BENCHMARKS.length)
    .default([...BENCHMARKS]),
  /** A training file this similar to a held-out one is left out; 1 turns it off. */
  held_out_threshold: z.number().min(0.3).max(1).default(0.7),
  /** By path, or so that a file comes after those of its repository that it imports. */
  order: z.enum(["path", "imports"]).default("imports"),
  /** What is held out as a whole; "none" leaves it to each run (by file). */
  split_by: z.enum(["none", "file", "repository", "time"]).default("file"),
  held_out: share(0.5).default(0.1),
  seed: z.int().min(0).max(2147483647).default(42),
});
export type BuildSettings = z.infer<typeof BuildSettings>;
export type BuildSettingsInput = z.input<typeof BuildSettings>;
