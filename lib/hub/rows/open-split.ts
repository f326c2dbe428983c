/** @file All rows of a split, file after file, streamed: some pages of each column are in memory, whatever the size. */
import { readFooter } from "@/lib/datasets/parquet/read-footer";
import { readRows } from "@/lib/datasets/parquet/read-rows";
import type { Hub } from "../open-hub";
import { findLayout } from "./find-layout";
import { findSplit } from "./find-split";
import { openRemoteFile } from "./open-remote-file";

export interface OpenSplitOptions {
  /** Nothing else is read. Throws `invalid_input` naming one that is not there. */
  columns: readonly string[];
  signal?: AbortSignal;
}

/** `totalRows` is null where there are several files: their footers are read when their turn comes. */
export async function openSplit(
  hub: Hub,
  at: { repo: string; revision: string; config: string; split: string },
  { columns, signal }: OpenSplitOptions,
): Promise<{ commit: string; totalRows: number | null; rows: AsyncIterable<Record<string, unknown>> }> {
  const layout = await findLayout(hub, at, signal);
  const { files } = findSplit(layout, at);
  const remote = files.map((file) =>
    openRemoteFile(hub, { type: "dataset", repo: at.repo, revision: layout.commit }, file, signal),
  );
  const [first] = remote;
  const firstFooter = first === undefined ? null : await readFooter(first);

  async function* read() {
    for (const [index, file] of remote.entries()) {
      const footer = index === 0 && firstFooter !== null ? firstFooter : await readFooter(file);
      for await (const part of readRows(file, footer, { columns, signal })) yield* part;
    }
  }

  return {
    commit: layout.commit,
    totalRows: remote.length === 1 && firstFooter !== null ? Number(firstFooter.num_rows) : null,
    rows: read(),
  };
}
