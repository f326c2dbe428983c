/** @file The files of a built dataset, and reading what is known of it. */
import { open, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { DatasetDocument, DatasetSource, DatasetStats } from "@/lib/contracts/dataset";
import { AppError } from "@/lib/errors";

export const DOCUMENTS_FILE = "documents.jsonl";
export const SUMMARY_FILE = "dataset.json";

const MAX_SUMMARY_BYTES = 4_000_000;

export const DatasetSummary = z.strictObject({
  version: z.literal(1),
  source: DatasetSource,
  /** sha256 of documents.jsonl. */
  contentHash: z.string(),
  documentsBytes: z.int(),
  stats: DatasetStats,
  preview: z.array(DatasetDocument),
});
export type DatasetSummary = z.infer<typeof DatasetSummary>;

/** Errors: `not_found` when the dataset's files are gone, `invalid_input` when they are not what was written. */
export async function readDatasetSummary(datasetDir: string): Promise<DatasetSummary> {
  const path = join(datasetDir, SUMMARY_FILE);
  const info = await stat(path).catch(() => null);
  if (info === null) throw new AppError("not_found", `The dataset's files are gone (${path}): add the dataset again.`);
  const broken = (cause: unknown) =>
    new AppError("invalid_input", `${path} is damaged: add the dataset again.`, { cause });
  if (info.size > MAX_SUMMARY_BYTES) throw broken("too large");
  let summary: DatasetSummary;
  try {
    summary = DatasetSummary.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    throw broken(error);
  }
  const documents = await stat(join(datasetDir, DOCUMENTS_FILE)).catch(() => null);
  if (documents?.size !== summary.documentsBytes) {
    throw new AppError(
      "invalid_input",
      `${join(datasetDir, DOCUMENTS_FILE)} is not what was written: add the dataset again.`,
    );
  }
  return summary;
}

/** Writes and syncs a JSON file. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(JSON.stringify(value));
    await file.sync();
  } finally {
    await file.close();
  }
}
