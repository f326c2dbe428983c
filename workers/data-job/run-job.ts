import type { DataJobOutcome, DataJobSpec } from "@/lib/contracts/data-job";
import { datasetBuild } from "./handlers/dataset-build";
import type { JobEnv } from "./job-env";

/** One handler a kind. Errors: AppError with a sentence for people; the signal's reason when the job was stopped. */
export async function runJob(spec: DataJobSpec, env: JobEnv): Promise<DataJobOutcome> {
  switch (spec.kind) {
    case "dataset-build":
      return datasetBuild(spec, env);
    default:
      return spec.kind satisfies never;
  }
}
