/** @file The first rows of a split, for a look: a footer and the first pages, whatever size the file has. */
import type { HubDatasetLayout, HubRowsPage, HubSplit } from "@/lib/contracts/hub";
import { ColumnTooLarge } from "@/lib/datasets/parquet/column-reader";
import { listColumns } from "@/lib/datasets/parquet/list-columns";
import { readFooter } from "@/lib/datasets/parquet/read-footer";
import { readRows } from "@/lib/datasets/parquet/read-rows";
import { AppError } from "@/lib/errors";
import type { Hub } from "../open-hub";
import { openRemoteFile } from "./open-remote-file";
import { toShown } from "./to-shown";

/** Of a page of text that is larger, so much is read. */
const PAGE_START_BYTES = 512 * 1024;
const FIRST_BLOCK_BYTES = 32 * 1024;
/** A column whose first page is beyond it (pictures, books) is left out of the look. */
const MAX_COLUMN_BYTES = 8_000_000;

/** Errors: those of `hub.request` and of a damaged file. */
export async function previewRows(
  hub: Hub,
  layout: HubDatasetLayout,
  { config, split, files }: HubSplit,
  limit: number,
  signal?: AbortSignal,
): Promise<HubRowsPage> {
  const [first] = files;
  if (first === undefined) throw new AppError("not_found", `${layout.repo} has no file for ${config}/${split}.`);
  const file = openRemoteFile(hub, { type: "dataset", repo: layout.repo, revision: layout.commit }, first, signal);
  const footer = await readFooter(file);
  const columns = listColumns(footer);
  const tooLarge = new Set<string>();
  let rows: Record<string, unknown>[] = [];
  for (;;) {
    const shown = columns.map(({ name }) => name).filter((name) => !tooLarge.has(name));
    try {
      rows = [];
      const parts = readRows(file, footer, {
        columns: shown,
        limit,
        firstBlockBytes: FIRST_BLOCK_BYTES,
        maxBytes: MAX_COLUMN_BYTES,
        pageStartBytes: PAGE_START_BYTES,
        signal,
      });
      for await (const part of parts) rows.push(...part.map(toShown));
      break;
    } catch (error) {
      if (!(error instanceof ColumnTooLarge) || tooLarge.has(error.column)) throw error;
      // Fewer than wanted, with all columns.
      if (rows.length > 0) break;
      tooLarge.add(error.column);
    }
  }
  return {
    repo: layout.repo,
    commit: layout.commit,
    config,
    split,
    columns: columns.map(({ name, type }) => ({
      name,
      type: tooLarge.has(name) ? `${type}, too large to look at` : type,
    })),
    fileRows: Number(footer.num_rows),
    rows,
    readBytes: file.traffic.bytes,
    requests: file.traffic.requests,
  };
}
