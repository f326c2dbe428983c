import type { TokenizerTrainSpec } from "@/lib/contracts/jobs/tokenizer-train";
import { AppError } from "@/lib/errors";
import type { ServiceContext } from "../context";
import { getDatasetRow } from "../datasets/get-dataset-row";
import { listTokenizers } from "./list-tokenizers";

/** Datasets by their ids. Throws `conflict` under `name`, `invalid_input` under `datasets`. */
export async function checkTokenizerTrain(ctx: ServiceContext, spec: TokenizerTrainSpec): Promise<TokenizerTrainSpec> {
  const existing = await listTokenizers(ctx);
  if (existing.some(({ name }) => name.toLowerCase() === spec.name.toLowerCase())) {
    const message = `There is a tokenizer ${spec.name} already; choose another name.`;
    throw new AppError("conflict", message, { fieldErrors: { name: ["is taken"] } });
  }
  const datasets = new Set<string>();
  for (const name of spec.datasets) {
    const row = await getDatasetRow(ctx, name).catch((error: unknown) => {
      if (!(error instanceof AppError)) throw error;
      throw new AppError(error.code, error.message, { cause: error, fieldErrors: { datasets: [error.message] } });
    });
    datasets.add(row.id);
  }
  return { ...spec, datasets: [...datasets] };
}
