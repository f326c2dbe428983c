/** @file The columns of a Parquet file, in words. */
import { type FileMetaData, parquetSchema, type SchemaTree } from "hyparquet";

const NUMBERS = ["INT32", "INT64", "INT96", "FLOAT", "DOUBLE"];

/** Top-level columns in order: "text", "number", "yes or no", "bytes", "list of text", "record of role, content" … */
export function listColumns(metadata: FileMetaData): { name: string; type: string }[] {
  return parquetSchema(metadata).children.map((tree) => ({ name: tree.element.name, type: typeOf(tree) }));
}

function typeOf(tree: SchemaTree): string {
  const { element, children } = tree;
  if (element.converted_type === "LIST" || element.logical_type?.type === "LIST") {
    const inner = children[0]?.children.length === 1 ? children[0].children[0] : children[0];
    return inner === undefined ? "list" : `list of ${typeOf(inner)}`;
  }
  if (element.converted_type === "MAP" || element.logical_type?.type === "MAP") return "map";
  if (children.length > 0) return `record of ${children.map((child) => child.element.name).join(", ")}`;
  const kind = element.logical_type?.type ?? element.converted_type ?? "";
  if (kind === "STRING" || kind === "UTF8" || kind === "ENUM" || kind === "JSON") return "text";
  if (kind.startsWith("TIMESTAMP") || kind === "DATE") return "time";
  if (element.type === "BOOLEAN") return "yes or no";
  if (element.type !== undefined && NUMBERS.includes(element.type)) return "number";
  return "bytes";
}
