import type { DataJobOutcome, DataJobResult, DataJobSpec } from "@/lib/contracts/data-job";
import { versionedName } from "@/lib/contracts/dataset-name";
import type { DataJobRow } from "@/lib/db/repositories/data-jobs";
import type { Tx } from "@/lib/db/types";
import { AppError } from "@/lib/errors";
import { registerDataset } from "@/lib/services/datasets/register-dataset";

/** Lists what a job made, and says what that is. Throws the driver's unique violation of registerDataset. */
export async function registerOutcome(
  tx: Tx,
  job: DataJobRow,
  outcome: DataJobOutcome,
  now: Date,
): Promise<DataJobResult | null> {
  const { dataset, tokenizer, model } = outcome;
  if (dataset !== undefined) {
    const row = await registerDataset(tx, {
      ...dataset,
      id: job.targetId,
      name: datasetNameOf(job.spec),
      createdAt: now,
    });
    return { kind: "dataset", id: row.id, name: versionedName(row) };
  }
  if (tokenizer !== undefined) return { kind: "tokenizer", ...tokenizer };
  return model === undefined ? null : { kind: "model", ...model };
}

function datasetNameOf(spec: DataJobSpec): string {
  if (!("name" in spec)) throw new AppError("internal", "The job made a dataset and has no name for it.");
  return spec.name;
}
