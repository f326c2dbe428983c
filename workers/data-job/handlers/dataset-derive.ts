import { join } from "node:path";
import type { DataJobOutcome } from "@/lib/contracts/data-job";
import { isCode } from "@/lib/contracts/dataset";
import { datasetsOf } from "@/lib/contracts/derive-operation";
import type { DatasetDeriveSpec } from "@/lib/contracts/jobs/dataset-derive";
import { buildDataset } from "@/lib/datasets/build-dataset";
import { readDatasetSummary } from "@/lib/datasets/dataset-folder";
import { deriveDocuments } from "@/lib/datasets/derive/derive-documents";
import type { JobEnv } from "../job-env";

/** Datasets are named by id. Errors: those of deriveDocuments and buildDataset. */
export async function datasetDerive({ operation }: DatasetDeriveSpec, env: JobEnv): Promise<DataJobOutcome> {
  const { outDir, paths, signal, onProgress } = env;
  const ids = datasetsOf(operation);
  const parents = ids.map((id) => ({ name: id, folder: join(paths.datasets, id) }));
  const summaries = await Promise.all(parents.map(({ folder }) => readDatasetSummary(folder)));
  const source = {
    kind: "derived" as const,
    parents: ids.map((id, i) => ({ datasetId: id, contentHash: summaries[i]?.contentHash ?? "" })),
    operation,
    isCode: summaries.every(({ source: of }) => isCode(of)),
  };
  const built = await buildDataset({
    source,
    origin: "The result",
    outDir,
    signal,
    read: deriveDocuments(operation, parents),
    onProgress: ({ documents }) =>
      onProgress({ stage: "Writing documents", done: documents, total: null, unit: "rows" }),
  });
  return { dataset: { ...built, source, parents: [...new Set(ids)] } };
}
