/** @file Where a dataset comes from, and what is known of it. */
import { z } from "zod";
import { ColumnMapping } from "./columns";
import { DeriveOperation } from "./derive-operation";
import { HubRepoName, HubRevision } from "./hub-name";
import type { ObjectiveCounts } from "./prepared-blocks";

/** At most so many rows; all when absent. */
const maxRows = z.int().min(1, "must be at least 1").max(1e9).optional();

/** A split of a dataset on the Hugging Face Hub. */
export const HubSource = z.strictObject({
  kind: z.literal("hub"),
  repo: HubRepoName,
  /** As it is recorded, the commit that the rows were read from. */
  revision: HubRevision.default("main"),
  config: z.string().min(1).max(255).default("default"),
  split: z.string().min(1).max(255).default("train"),
  columns: ColumnMapping,
  maxRows,
});
export type HubSource = z.infer<typeof HubSource>;

/** A dataset of an Argilla server, with its answered records. The key comes from ARGILLA_API_KEY and is never kept. */
export const ArgillaSource = z.strictObject({
  kind: z.literal("argilla"),
  /** The server, e.g. https://argilla.example.org; recorded without a path. */
  address: z.url({ protocol: /^https?$/, error: "must be an http:// or https:// address" }).max(500),
  workspace: z.string().trim().min(1, "name a workspace").max(200),
  dataset: z.string().trim().min(1, "name a dataset").max(200),
  columns: ColumnMapping,
  maxRows,
});
export type ArgillaSource = z.infer<typeof ArgillaSource>;

export const GitRepository = z.strictObject({
  /** https or ssh address, `git@host:owner/name`, or a path on the server. */
  address: z.string().trim().min(1, "name a repository").max(4096),
  /** Branch, tag or commit; absent: what the repository calls HEAD. */
  ref: z.string().trim().min(1).max(250).optional(),
  /** What `ref` was when the dataset was built; the build writes it. */
  commit: z.string().max(64).optional(),
});
export type GitRepository = z.infer<typeof GitRepository>;

/** Files of rows, by what is in them; "text" is one document or several, cut at blank lines. */
export const ROW_FORMATS = ["jsonl", "json", "csv", "tsv", "parquet", "arrow", "text"] as const;
export type RowFormat = (typeof ROW_FORMATS)[number];
/** Names of the WHATWG encoding standard; UTF-16 is known by its byte order mark. */
export const FILE_ENCODINGS = ["utf-8", "windows-1252"] as const;

const filePath = z.string().trim().min(1, "name a file").max(4096);

/** A file of rows on disk or uploaded. */
export const FileSource = z.strictObject({
  kind: z.literal("file"),
  path: filePath,
  format: z.enum(ROW_FORMATS),
  encoding: z.enum(FILE_ENCODINGS).default("utf-8"),
  columns: ColumnMapping,
  maxRows,
});
export type FileSource = z.infer<typeof FileSource>;

/** A zip or tar of source code, on disk or uploaded. */
export const ArchiveSource = z.strictObject({ kind: z.literal("archive"), path: filePath });

/** What was made of other datasets. */
export const DerivedSource = z.strictObject({
  kind: z.literal("derived"),
  parents: z.array(z.strictObject({ datasetId: z.string(), contentHash: z.string() })).min(1),
  operation: DeriveOperation,
  /** All parents are. */
  isCode: z.boolean(),
});

/** One or several git repositories, each at one commit. */
export const GitSource = z.strictObject({
  kind: z.literal("git"),
  repositories: z.array(GitRepository).min(1, "name a repository").max(100),
});

/** What the server's own disk has. */
export const LocalSource = z.discriminatedUnion("kind", [
  /** A folder of source code on the server's disk. Absolute, or relative to the working directory. */
  z.strictObject({ kind: z.literal("folder"), path: z.string().trim().min(1, "name a folder").max(4096) }),
  /** A JSONL file, on disk or uploaded; each line has `text`, or `prompt` and `completion`. */
  z.strictObject({ kind: z.literal("jsonl"), path: z.string().trim().min(1, "name a file").max(4096) }),
]);
export type LocalSource = z.infer<typeof LocalSource>;

export const DatasetSource = z.discriminatedUnion("kind", [
  ...LocalSource.options,
  ArchiveSource,
  DerivedSource,
  FileSource,
  GitSource,
  HubSource,
  ArgillaSource,
]);
export type DatasetSource = z.infer<typeof DatasetSource>;

/** Source code, not rows that someone wrote for training: text that looks like a special token is none there. */
export const isCode = (source: DatasetSource): boolean =>
  source.kind === "derived" ? source.isCode : ["folder", "git", "archive"].includes(source.kind);

export const CHAT_ROLES = ["system", "user", "assistant", "tool"] as const;
export const ChatMessage = z.strictObject({ role: z.enum(CHAT_ROLES), content: z.string() });
export type ChatMessage = z.infer<typeof ChatMessage>;

/** One document, one line of `datasets/<id>/documents.jsonl`. */
export const DatasetDocument = z.strictObject({
  /** Path inside the folder, or `line <n>` of the JSONL file. The split goes by this name. */
  name: z.string(),
  /** Lower-case language name ("typescript", "python", "text"). */
  language: z.string(),
  /** Absent or empty: the whole of `text` gets loss. Otherwise only `text` does, and `prompt` comes before it. */
  prompt: z.string().optional(),
  text: z.string(),
  /** A conversation: `text` is empty then, and the template of the run's model writes it. */
  messages: z.array(ChatMessage).min(1).optional(),
  /** Address or folder that it comes from. */
  repository: z.string().optional(),
  /** SPDX expression. */
  license: z.string().optional(),
  /** ISO instant. */
  modifiedAt: z.string().optional(),
  /** Fixed when the dataset was built; otherwise each run deals it. */
  split: z.enum(["train", "eval"]).optional(),
});
export type DatasetDocument = z.infer<typeof DatasetDocument>;

/** Why files or lines were left out, with a few examples of each. */
export const DatasetSkips = z.record(
  z.string(),
  z.strictObject({ count: z.int(), examples: z.array(z.string()).max(5) }),
);

export const DatasetStats = z.strictObject({
  documents: z.int(),
  bytes: z.int(),
  languages: z.record(z.string(), z.strictObject({ documents: z.int(), bytes: z.int() })),
  skipped: DatasetSkips,
});
export type DatasetStats = z.infer<typeof DatasetStats>;

/** Token-length histogram with one model's tokenizer; `edges` has one entry more than `counts`. */
export interface LengthHistogram {
  edges: number[];
  counts: number[];
  tokens: number;
  longest: number;
}

/**
 * What a token is in its sample. "sentinel": the marks of fill in the middle; "end": the end-of-text token after all;
 * "template": what a chat template writes around the turns.
 */
export const SAMPLE_PARTS = [
  "text",
  "prompt",
  "prefix",
  "suffix",
  "middle",
  "sentinel",
  "end",
  "template",
  ...CHAT_ROLES,
] as const;
export type SamplePart = (typeof SAMPLE_PARTS)[number];

/** One token of the loss-mask view, as the trainer sees it. */
export interface MaskToken {
  id: number;
  /** The token's text; bytes that are no UTF-8 of their own are shown as `<0xE2>`. */
  text: string;
  hasLoss: boolean;
  /** Document inside the block; -1 is padding. */
  segment: number;
  position: number;
  /** Null for padding. */
  part: SamplePart | null;
}

export interface MaskBlock {
  split: "train" | "eval";
  index: number;
  blocks: number;
  tokens: MaskToken[];
  trainableTokens: number;
  /** Documents in this block, in segment order. */
  documents: string[];
  /** Of the whole preparation. */
  counts: ObjectiveCounts;
}
