/** @file A row of a table as a document. */
import type { ColumnMapping } from "@/lib/contracts/columns";
import { parseJsonlRow, type RowResult } from "../sources/jsonl-row";

/** A document, or why there is none and what to change. The rules of what a document needs are those of JSONL rows. */
export function mapRow(row: Record<string, unknown>, mapping: ColumnMapping): RowResult {
  const language = mapping.language === undefined ? {} : { language: row[mapping.language] };
  const result = parseJsonlRow({ ...fieldsOf(row, mapping), ...language });
  if (!("skip" in result) || result.skip !== "wrong fields") return result;
  const names =
    mapping.kind === "completion" ? `${mapping.prompt} and ${mapping.completion}` : Reflect.get(mapping, mapping.kind);
  return { skip: "no text", change: `${names} must hold text: choose another column, or leave such rows out` };
}

/** The row as a JSONL file would have it. */
function fieldsOf(row: Record<string, unknown>, mapping: ColumnMapping): object {
  switch (mapping.kind) {
    case "text":
      return { text: row[mapping.text] };
    case "completion":
      return { prompt: row[mapping.prompt], completion: row[mapping.completion] };
    case "messages":
      return { messages: row[mapping.messages] };
  }
}
