import { readEnv } from "@/lib/config/env";
import { hubSettingsOf } from "@/lib/config/hub-settings";
import type { DataJobOutcome } from "@/lib/contracts/data-job";
import type { DatasetSource } from "@/lib/contracts/dataset";
import type { DatasetImportSpec } from "@/lib/contracts/jobs/dataset-import";
import { buildDataset } from "@/lib/datasets/build-dataset";
import { readMappedRows } from "@/lib/datasets/columns/read-mapped-rows";
import { readFileRows } from "@/lib/datasets/files/read-file-rows";
import type { SkipTally } from "@/lib/datasets/skip-tally";
import { openArgilla } from "@/lib/hub/argilla/open-argilla";
import { openHub } from "@/lib/hub/open-hub";
import { openSplit } from "@/lib/hub/rows/open-split";
import type { JobEnv } from "../job-env";

interface OpenedRows {
  /** As it is recorded: with the commit. */
  source: DatasetSource;
  /** Rows that can't be read are told there. */
  rows(skips: SkipTally): AsyncIterable<Record<string, unknown>>;
  totalRows: number | null;
}

/** Errors: those of the Hub or of Argilla in one sentence, those of a damaged file, those of buildDataset. */
export async function datasetImport({ source, origin }: DatasetImportSpec, env: JobEnv): Promise<DataJobOutcome> {
  const opened = await openRows(source, origin, env);
  const total = opened.totalRows === null ? null : Math.min(opened.totalRows, source.maxRows ?? opened.totalRows);
  let done = 0;
  const built = await buildDataset({
    source: opened.source,
    outDir: env.outDir,
    signal: env.signal,
    origin,
    read: (options) =>
      readMappedRows(opened.rows(options.skips), {
        ...options,
        mapping: source.columns,
        maxRows: source.maxRows,
        onRow: (row) => {
          done = row;
        },
      }),
    onProgress: () => env.onProgress({ stage: "Reading rows", done, total, unit: "rows" }),
  });
  return { dataset: { ...built, source: opened.source } };
}

async function openRows(
  source: DatasetImportSpec["source"],
  origin: string | undefined,
  env: JobEnv,
): Promise<OpenedRows> {
  if (source.kind === "file") {
    const { path, format, encoding } = source;
    const file = { path, format, encoding, origin, signal: env.signal };
    const rows = (skips: SkipTally) =>
      readFileRows({ ...file, onSkip: (reason, example) => skips.add(reason, example) });
    return { source: { ...source, path: origin ?? path }, rows, totalRows: null };
  }
  const variables = readEnv();
  if (source.kind === "argilla") {
    const { ARGILLA_API_URL: home, ARGILLA_API_KEY: key } = variables;
    const argilla = openArgilla({ address: source.address, home: home ?? null, key: key ?? null });
    const { rows, totalRows } = await argilla.openDataset(source, env.signal);
    return { source: { ...source, address: new URL(source.address).origin }, rows: () => rows, totalRows };
  }
  const hub = openHub(hubSettingsOf(variables));
  const columns = Object.entries(source.columns).flatMap(([key, name]) => (key === "kind" ? [] : [name]));
  const { commit, rows, totalRows } = await openSplit(hub, source, {
    columns: [...new Set(columns)],
    signal: env.signal,
  });
  env.log(`${source.repo} at ${commit}`);
  return { source: { ...source, revision: commit }, rows: () => rows, totalRows };
}
