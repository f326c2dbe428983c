import type { DataJobOutcome, DataJobSpec } from "@/lib/contracts/data-job";
import { datasetBuild } from "./handlers/dataset-build";
import { datasetDerive } from "./handlers/dataset-derive";
import { datasetImport } from "./handlers/dataset-import";
import { hubDownload } from "./handlers/hub-download";
import { tokenizerTrain } from "./handlers/tokenizer-train";
import type { JobEnv } from "./job-env";

/** One handler a kind. Errors: AppError with a sentence for people; the signal's reason when the job was stopped. */
export async function runJob(spec: DataJobSpec, env: JobEnv): Promise<DataJobOutcome> {
  switch (spec.kind) {
    case "dataset-build":
      return datasetBuild(spec, env);
    case "dataset-derive":
      return datasetDerive(spec, env);
    case "dataset-import":
      return datasetImport(spec, env);
    case "hub-download":
      return hubDownload(spec, env);
    case "tokenizer-train":
      return tokenizerTrain(spec, env);
    default:
      return spec satisfies never;
  }
}
