/** @file The documents of a built dataset, one at a time. */
import { join } from "node:path";
import { DatasetDocument } from "@/lib/contracts/dataset";
import { AppError } from "@/lib/errors";
import { DOCUMENTS_FILE } from "./dataset-folder";
import { readLines } from "./read-lines";

/** JSON may take six characters for a byte, and a row is bounded before it gets here. */
const MAX_ROW_BYTES = 64_000_000;

/** Errors: `invalid_input` naming the file and line when a row is not what was written. */
export async function* readDocuments(datasetDir: string, signal?: AbortSignal): AsyncGenerator<DatasetDocument> {
  const path = join(datasetDir, DOCUMENTS_FILE);
  for await (const { number, bytes } of readLines(path, MAX_ROW_BYTES, signal)) {
    let document: DatasetDocument;
    try {
      document = DatasetDocument.parse(JSON.parse((bytes ?? Buffer.of()).toString()));
    } catch (error) {
      throw new AppError("invalid_input", `${path}, line ${number}, is damaged: add the dataset again.`, {
        cause: error,
      });
    }
    yield document;
  }
}
