/** @file The report and the data card that a build leaves beside its documents. Datasets of other ways have neither. */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { DatasetReport } from "@/lib/contracts/dataset-report";
import { AppError } from "@/lib/errors";
import { findBoundedJson } from "@/lib/tokenizers/read-bounded-json";

export const REPORT_FILE = "report.json";
export const CARD_FILE = "card.md";

const MAX_REPORT_BYTES = 8_000_000;
const MAX_CARD_BYTES = 1_000_000;

/** Null when there is none. Throws AppError `invalid_input` when it is not what was written. */
export async function findReport(datasetDir: string): Promise<DatasetReport | null> {
  const path = join(datasetDir, REPORT_FILE);
  const found = await findBoundedJson(path, MAX_REPORT_BYTES);
  if (found === null) return null;
  const report = DatasetReport.safeParse(found.value);
  if (report.success) return report.data;
  throw new AppError("invalid_input", `${path} is damaged: build the dataset again.`, { cause: report.error });
}

/** Markdown; null when there is none. */
export async function findCard(datasetDir: string): Promise<string | null> {
  const path = join(datasetDir, CARD_FILE);
  const info = await stat(path).catch(() => null);
  return info?.isFile() && info.size <= MAX_CARD_BYTES ? readFile(path, "utf8") : null;
}
