import type { DatasetSource } from "./dataset";

/** A source in words: what it is, and where. */
export function describeSource(source: DatasetSource): { what: string; where: string } {
  switch (source.kind) {
    case "folder":
      return { what: "Folder", where: source.path };
    case "jsonl":
      return { what: "JSONL", where: source.path };
    default:
      return source satisfies never;
  }
}
