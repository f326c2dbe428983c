import { versionedName } from "@/lib/contracts/dataset-name";
import { describeSource } from "@/lib/contracts/describe-source";
import { formatBytes } from "@/lib/contracts/format-bytes";
import type { DatasetView } from "@/lib/contracts/views";

/** A table for the terminal. */
export function describeDatasetList(datasets: DatasetView[]): string {
  if (datasets.length === 0) return "There are no datasets yet.";
  const rows = datasets.map((dataset) => {
    const { what, where } = describeSource(dataset.source);
    return [
      versionedName(dataset),
      dataset.id,
      `${dataset.stats.documents.toLocaleString("en-US")} documents`,
      formatBytes(dataset.stats.bytes),
      Object.keys(dataset.stats.languages).slice(0, 3).join(", "),
      `${what} ${where}`,
    ];
  });
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
