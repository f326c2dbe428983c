/** @file What screens, command line and jobs know of the Hugging Face Hub. */
import { z } from "zod";
import type { ColumnMapping } from "./columns";
import { HubRepoName, HubRevision } from "./hub-name";

export const HubRepoType = z.enum(["dataset", "model"]);
export type HubRepoType = z.infer<typeof HubRepoType>;

export const HUB_SORTS = ["trendingScore", "downloads", "likes", "lastModified", "createdAt"] as const;

/** The Hub's own size classes of datasets (rows). */
export const HUB_DATASET_SIZES = ["n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M"] as const;

/** A tag's value, as the Hub has them ("text-generation", "apache-2.0", "en"). */
const tagValue = z
  .string()
  .trim()
  .toLowerCase()
  .max(60)
  .regex(/^[a-z0-9][a-z0-9._+-]*$/, "may have letters, digits, “.”, “_”, “+” and “-” only");

export const HubSearchQuery = z.strictObject({
  type: HubRepoType,
  text: z.string().trim().max(200).optional(),
  author: z
    .string()
    .trim()
    .max(60)
    .regex(/^[A-Za-z0-9._-]+$/, "is no user or organisation")
    .optional(),
  task: tagValue.optional(),
  /** ISO 639 code. */
  language: tagValue.optional(),
  license: tagValue.optional(),
  /** Datasets: one of the Hub's size classes. */
  size: z.enum(HUB_DATASET_SIZES).optional(),
  /** Models: at most so many parameters. */
  maxParameters: z.coerce.number().int().positive().max(1e13).optional(),
  gated: z.enum(["yes", "no"]).optional(),
  sort: z.enum(HUB_SORTS).default("downloads"),
  /** Where the next page begins, as the page before said. */
  cursor: z.string().max(4000).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});
export type HubSearchQuery = z.infer<typeof HubSearchQuery>;

/** "auto" and "manual": access must be asked for on the repository's page. */
export type HubGating = false | "auto" | "manual";

export interface HubRepoSummary {
  type: HubRepoType;
  repo: string;
  isPrivate: boolean;
  gated: HubGating;
  downloads: number | null;
  likes: number | null;
  lastModified: string | null;
  license: string | null;
  languages: string[];
  tasks: string[];
  /** Datasets: the Hub's size class. */
  size: string | null;
  /** Models: as the weights' headers say. */
  parameters: number | null;
  /** Models: `model_type` of its configuration; null when the Hub does not tell. */
  modelType: string | null;
}

export interface HubSearchPage {
  repos: HubRepoSummary[];
  nextCursor: string | null;
}

export interface HubFile {
  path: string;
  bytes: number;
  /** Its name in the cache: SHA-256 for LFS files, else git's SHA-1 of the blob. */
  etag: string;
  hash: "sha256" | "git-sha1";
}

export interface HubRepoDetail extends HubRepoSummary {
  /** The commit that everything below was read from. */
  commit: string;
  /** Markdown without the front matter; null when there is none. */
  card: string | null;
  files: number;
  bytes: number;
  /** The page for people. */
  address: string;
  /** Why its files can't be read with the token at hand and what to do, in one sentence; null when they can. */
  accessProblem: string | null;
}

export interface HubSplit {
  config: string;
  split: string;
  files: HubFile[];
  bytes: number;
}

/** Where a dataset's Parquet files are: its own, or those that the Hub made of it. */
export interface HubDatasetLayout {
  repo: string;
  /** Commit that the Parquet files are read from. */
  commit: string;
  /** "own": the repository's files. "converted": the branch `refs/convert/parquet`, which the Hub makes. */
  origin: "own" | "converted";
  splits: HubSplit[];
}

export interface HubColumn {
  name: string;
  /** In words: "text", "number", "list of text", "messages" … */
  type: string;
}

export interface HubRowsPage {
  repo: string;
  commit: string;
  config: string;
  split: string;
  columns: HubColumn[];
  /** Of the split's first file, from its footer. */
  fileRows: number;
  rows: Record<string, unknown>[];
  /** What was read over the network for this. */
  readBytes: number;
  requests: number;
}

/** A split with its first rows, among all splits there are. */
export interface HubRowsView extends HubRowsPage {
  splits: { config: string; split: string; bytes: number }[];
  origin: HubDatasetLayout["origin"];
  /** What the columns probably are; null when none holds text. */
  guess: ColumnMapping | null;
}

export const HubRepoQuery = z.strictObject({
  type: HubRepoType,
  repo: HubRepoName,
  revision: HubRevision.default("main"),
});
export type HubRepoQuery = z.infer<typeof HubRepoQuery>;

export const HubRowsQuery = z.strictObject({
  repo: HubRepoName,
  revision: HubRevision.default("main"),
  config: z.string().max(255).optional(),
  split: z.string().max(255).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(10),
});
export type HubRowsQuery = z.infer<typeof HubRowsQuery>;
