/** @file Splits by the names of files and folders, as the `datasets` library guesses them. */
import type { HubFile, HubSplit } from "@/lib/contracts/hub";
import { groupBySplit } from "./group-by-split";

/** Other words for the three usual splits. */
const WORDS: Record<string, string> = {
  train: "train",
  training: "train",
  test: "test",
  testing: "test",
  eval: "test",
  evaluation: "test",
  validation: "validation",
  valid: "validation",
  val: "validation",
  dev: "validation",
};

const SHARD = /^(.+?)-\d{5}-of-\d{5}(?:-[0-9a-f]+)?$/;

/**
 * `data/train-00000-of-00003.parquet`, `train.parquet`, `train/0.parquet`, `fr/test-….parquet`: the folder above that
 * is not "data" and no split is the configuration. Files that name no split are all "train".
 */
export function splitsOfNames(files: readonly HubFile[]): HubSplit[] {
  return groupBySplit(files.map((file) => ({ ...place(file.path), file })));
}

function place(path: string): { config: string; split: string } {
  const parts = path.replace(/\.parquet$/, "").split("/");
  const name = parts.pop() ?? "";
  const shard = SHARD.exec(name)?.[1];
  const named = shard ?? splitWord(name);
  const folders = parts.filter((part) => part !== "data");
  let split = named === undefined ? undefined : (WORDS[named.toLowerCase()] ?? named);
  const last = folders.at(-1);
  if (split === undefined && last !== undefined && WORDS[last.toLowerCase()] !== undefined) {
    split = WORDS[last.toLowerCase()];
    folders.pop();
  }
  return { config: folders.join("/") || "default", split: split ?? "train" };
}

/** "train", "train_0", "my-test-file": the split's word between two separators. */
function splitWord(name: string): string | undefined {
  return name
    .toLowerCase()
    .split(/[-._ 0-9]+/)
    .find((word) => WORDS[word] !== undefined);
}
