/** @file How each setting of a build is asked for, and which stand together. Total over the schema: a new one must have a field. */
import { BENCHMARKS, type BuildSettings } from "@/lib/contracts/jobs/build-settings";

export type BuildField = keyof BuildSettings;

type Choices = readonly { value: string; label: string }[];

/** Lists are typed one entry a line or with commas. */
export type BuildInput =
  | { kind: "switch" }
  | { kind: "select"; options: Choices }
  | { kind: "number" }
  | { kind: "list"; example: string }
  /** Several of a fixed few. */
  | { kind: "checks"; options: Choices }
  /** Several of the datasets there are. */
  | { kind: "datasets" };

export interface BuildFieldSpec {
  label: string;
  /** One line. */
  hint: string;
  input: BuildInput;
}

const FINDINGS: Choices = [
  { value: "redact", label: "replace them" },
  { value: "drop", label: "leave out files that have some" },
  { value: "off", label: "leave them in" },
];

const BENCHMARK_LABELS: Record<(typeof BENCHMARKS)[number], string> = { humaneval: "HumanEval", mbpp: "MBPP" };

export const BUILD_FIELDS: Record<BuildField, BuildFieldSpec> = {
  include: {
    label: "Only these paths",
    hint: "Patterns as in .gitignore, one a line. None: everything.",
    input: { kind: "list", example: "src/**\n*.py" },
  },
  exclude: {
    label: "Not these paths",
    hint: "Patterns as in .gitignore, one a line.",
    input: { kind: "list", example: "test/fixtures/**" },
  },
  languages: {
    label: "Only these languages",
    hint: "Lower-case names. None: every language.",
    input: { kind: "list", example: "typescript, python" },
  },
  vendored: {
    label: "Leave out vendored files",
    hint: "Other people’s code, lock files, and what .gitattributes marks as vendored or generated.",
    input: { kind: "switch" },
  },
  generated: {
    label: "Leave out generated files",
    hint: "Minified ones, and those whose header says that a program wrote them.",
    input: { kind: "switch" },
  },
  min_file_bytes: { label: "Smallest file", hint: "Bytes.", input: { kind: "number" } },
  max_file_bytes: { label: "Largest file", hint: "Bytes.", input: { kind: "number" } },
  exact_duplicates: {
    label: "Leave out exact duplicates",
    hint: "Of files with the same text, the first one stays.",
    input: { kind: "switch" },
  },
  near_duplicates: {
    label: "Leave out near duplicates",
    hint: "Of files that are almost the same, the first one stays.",
    input: { kind: "switch" },
  },
  near_duplicate_threshold: {
    label: "How similar is a near duplicate",
    hint: "0.5 to 1, the share of 5-token runs in common.",
    input: { kind: "number" },
  },
  near_duplicates_of: {
    label: "Leave out what these have already",
    hint: "Near duplicates of their documents go too.",
    input: { kind: "datasets" },
  },
  licenses: {
    label: "Licences that may stay",
    hint: "SPDX ids. None: licences are noted, and every file stays.",
    input: { kind: "list", example: "MIT, Apache-2.0, BSD-3-Clause" },
  },
  unknown_license: {
    label: "Keep files without a licence",
    hint: "Matters only beside a list of licences.",
    input: { kind: "switch" },
  },
  secrets: {
    label: "Keys and passwords",
    hint: "Found by rules for well-known kinds.",
    input: { kind: "select", options: FINDINGS },
  },
  personal_data: {
    label: "Personal data",
    hint: "E-mail and IP addresses, private keys.",
    input: { kind: "select", options: FINDINGS },
  },
  syntax: {
    label: "Files that do not parse",
    hint: "Where there is a grammar for the language.",
    input: {
      kind: "select",
      options: [
        { value: "off", label: "keep them" },
        { value: "drop", label: "leave them out" },
      ],
    },
  },
  decontamination: {
    label: "Leave out what benchmarks ask",
    hint: "Files that share passages with their tasks: else scores on them mean nothing.",
    input: { kind: "checks", options: BENCHMARKS.map((id) => ({ value: id, label: BENCHMARK_LABELS[id] })) },
  },
  held_out_threshold: {
    label: "How similar to held-out files",
    hint: "A training file this similar to a held-out one is left out, 0.3 to 1; 1 turns it off.",
    input: { kind: "number" },
  },
  order: {
    label: "Order",
    hint: "Models learn imports better when what is imported comes first.",
    input: {
      kind: "select",
      options: [
        { value: "imports", label: "imported files first" },
        { value: "path", label: "by path" },
      ],
    },
  },
  split_by: {
    label: "Hold out for evaluation",
    hint: "Held out as a whole, so that the loss is measured on what was never seen.",
    input: {
      kind: "select",
      options: [
        { value: "file", label: "some files" },
        { value: "repository", label: "some repositories" },
        { value: "time", label: "the newest files" },
        { value: "none", label: "leave it to each run" },
      ],
    },
  },
  held_out: { label: "Share that is held out", hint: "0 to 0.5 of the size.", input: { kind: "number" } },
  seed: { label: "Seed", hint: "The same seed holds out the same files.", input: { kind: "number" } },
};

/** Always in sight. */
export const PLAIN_FIELDS: BuildField[] = ["secrets", "personal_data", "split_by", "languages"];

export const BUILD_GROUPS: { title: string; about: string; fields: BuildField[] }[] = [
  {
    title: "Which files",
    about: "Paths, sizes, vendored and generated code.",
    fields: ["include", "exclude", "vendored", "generated", "min_file_bytes", "max_file_bytes", "syntax"],
  },
  {
    title: "Licences",
    about: "What may stay by its licence.",
    fields: ["licenses", "unknown_license"],
  },
  {
    title: "Duplicates and benchmarks",
    about: "What is there once more, here or in other datasets, and what benchmarks ask.",
    fields: [
      "exact_duplicates",
      "near_duplicates",
      "near_duplicate_threshold",
      "near_duplicates_of",
      "decontamination",
    ],
  },
  {
    title: "Order and split",
    about: "In which order files stand, and how much is held out.",
    fields: ["order", "held_out", "held_out_threshold", "seed"],
  },
];
