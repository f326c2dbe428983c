/** @file What is held out as a whole: files, repositories, or what was changed last. */
import type { DatasetDocument } from "@/lib/contracts/dataset";
import type { SplitName } from "@/lib/contracts/prepared-blocks";
import { AppError } from "@/lib/errors";
import { splitDocuments } from "./split-documents";

export type Dealt = Pick<DatasetDocument, "name" | "repository" | "modifiedAt">;

/** The split of each document, in order. Errors: `invalid_input` where the documents can't be divided that way. */
export function dealSplits(
  documents: readonly Dealt[],
  { by, heldOut, seed }: { by: "file" | "repository" | "time"; heldOut: number; seed: number },
): SplitName[] {
  if (by === "file")
    return splitDocuments(
      documents.map(({ name }) => name),
      heldOut,
      seed,
    );
  if (by === "repository") {
    const repositories = [...new Set(documents.map(({ repository }) => repository ?? ""))];
    if (repositories.length < 2 && documents.length > 0) {
      throw new AppError(
        "invalid_input",
        "Holding out whole repositories needs at least two: add one, or split by file.",
      );
    }
    const splits = new Map(splitDocuments(repositories, heldOut, seed).map((split, i) => [repositories[i], split]));
    return documents.map(({ repository }) => splits.get(repository ?? "") ?? "train");
  }
  const times = documents.map(({ modifiedAt }) => modifiedAt ?? "").sort();
  if (documents.length > 1 && times[0] === times.at(-1)) {
    throw new AppError(
      "invalid_input",
      "All files were changed at the same time, so time does not divide them: split by file.",
    );
  }
  const border = times[Math.floor(times.length * (1 - heldOut))] ?? "";
  return documents.map(({ modifiedAt }) => ((modifiedAt ?? "") >= border ? "eval" : "train"));
}
