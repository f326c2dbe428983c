import { join } from "node:path";
import type { DataJobOutcome } from "@/lib/contracts/data-job";
import type { DatasetBuildSpec } from "@/lib/contracts/jobs/dataset-build";
import { buildDataset } from "@/lib/datasets/build-dataset";
import { buildCodeDataset } from "@/lib/datasets/pipeline/build-code-dataset";
import { readSignatures } from "@/lib/datasets/pipeline/read-signatures";
import type { JobEnv } from "../job-env";
import { ThreadPool } from "../thread-pool";

/** Errors: those of buildDataset and buildCodeDataset. */
export async function datasetBuild(spec: DatasetBuildSpec, env: JobEnv): Promise<DataJobOutcome> {
  const { source, origin, settings, name } = spec;
  const { outDir, signal, onProgress, paths } = env;
  if (source.kind === "jsonl") {
    const built = await buildDataset({
      source,
      origin,
      outDir,
      signal,
      onProgress: ({ documents }) => onProgress({ stage: "Reading rows", done: documents, total: null, unit: "rows" }),
    });
    return { dataset: { ...built, source: { ...source, path: origin ?? source.path } } };
  }
  const pool = new ThreadPool();
  try {
    const seenBefore = await readSignatures(
      settings.near_duplicates_of.map((id) => join(paths.datasets, id)),
      signal,
    );
    const cacheDir = join(paths.home, "cache");
    const progress = (at: { stage: string; done: number; total: number | null }) =>
      onProgress({ ...at, unit: "files" });
    const dataset = await buildCodeDataset({
      name,
      source,
      settings,
      outDir,
      cacheDir,
      pool,
      seenBefore,
      signal,
      onProgress: progress,
    });
    return { dataset };
  } finally {
    await pool.close();
  }
}
