import type { DataJobOutcome } from "@/lib/contracts/data-job";
import type { DatasetBuildSpec } from "@/lib/contracts/jobs/dataset-build";
import { buildDataset } from "@/lib/datasets/build-dataset";
import type { JobEnv } from "../job-env";

/** Errors: those of buildDataset. */
export async function datasetBuild(spec: DatasetBuildSpec, env: JobEnv): Promise<DataJobOutcome> {
  const { source, origin } = spec;
  const unit = source.kind === "folder" ? "files" : "rows";
  const built = await buildDataset({
    source,
    origin,
    outDir: env.outDir,
    signal: env.signal,
    onProgress: ({ documents }) =>
      env.onProgress({ stage: "Reading and cleaning", done: documents, total: null, unit }),
  });
  return { dataset: { ...built, source: { ...source, path: origin ?? source.path } } };
}
