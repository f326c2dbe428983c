/** @file Reads a collected corpus line by line. */
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatasetDocument } from "@/lib/contracts/dataset";

/** Documents of one split, in the order of the file. */
export async function* readCorpus(corpusDir: string, split: "train" | "held-out"): AsyncGenerator<DatasetDocument> {
  const input = createReadStream(join(corpusDir, split, "documents.jsonl"), "utf8");
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line !== "") yield DatasetDocument.parse(JSON.parse(line));
  }
}
