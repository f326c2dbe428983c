import type { DatasetSource, GitRepository, RowFormat } from "./dataset";
import type { DeriveKind } from "./derive-operation";

const FORMAT_NAMES: Record<RowFormat, string> = {
  jsonl: "JSONL",
  json: "JSON",
  csv: "CSV",
  tsv: "TSV",
  parquet: "Parquet",
  arrow: "Arrow",
  text: "Text",
};

const DERIVED_NAMES: Record<DeriveKind, string> = {
  mix: "Mixed from",
  filter: "Filtered from",
  sample: "Drawn from",
  deduplicate: "Without duplicates, from",
  split: "Divided, from",
};

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
    case "archive":
      return { what: "Archive", where: source.path };
    case "file":
      return { what: FORMAT_NAMES[source.format], where: source.path };
    case "derived":
      return {
        what: DERIVED_NAMES[source.operation.kind],
        where: `${source.parents.length === 1 ? "one dataset" : `${source.parents.length} datasets`}`,
      };
    case "git":
      return { what: "Git", where: source.repositories.map(nameRepository).join(", ") };
    default:
      return source satisfies never;
  }
}

/** `address at main (1a2b3c4d5e6f)`. */
function nameRepository({ address, ref, commit }: GitRepository): string {
  const at = ref === undefined || ref === commit ? "" : ` at ${ref}`;
  return `${address}${at}${commit === undefined ? "" : ` (${commit.slice(0, 12)})`}`;
}
