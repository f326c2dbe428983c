import type { DatasetSource } from "./dataset";

/** A source in words: what it is, and where. */
export function describeSource(source: DatasetSource): { what: string; where: string } {
  switch (source.kind) {
    case "folder":
      return { what: "Folder", where: source.path };
    case "jsonl":
      return { what: "JSONL", where: source.path };
    case "hub":
      return {
        what: "Hugging Face Hub",
        where: `${source.repo} · ${source.config}/${source.split} at ${source.revision.slice(0, 12)}`,
      };
    case "argilla":
      return { what: "Argilla", where: `${source.dataset} in ${source.workspace} on ${source.address}` };
    default:
      return source satisfies never;
  }
}
