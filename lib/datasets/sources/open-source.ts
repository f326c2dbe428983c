import type { LocalSource } from "@/lib/contracts/dataset";
import { readFolder } from "./read-folder";
import { readJsonl } from "./read-jsonl";
import type { SourceReader } from "./source-reader";

/** The reader of a source. Paths must already be absolute and allowed. */
export function openSource(source: LocalSource): SourceReader {
  switch (source.kind) {
    case "folder":
      return (options) => readFolder(source.path, options);
    case "jsonl":
      return (options) => readJsonl(source.path, options);
  }
}
