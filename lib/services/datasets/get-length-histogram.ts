import type { LengthHistogram } from "@/lib/contracts/dataset";
import { getLengthHistogram as histogramOf } from "@/lib/datasets/get-length-histogram";
import type { ServiceContext } from "../context";
import { datasetDir } from "./dataset-dir";
import { getDatasetRow } from "./get-dataset-row";
import { loadModelTokenizer } from "./load-model-tokenizer";
import { shareInFlight } from "./share-in-flight";

/** Every document is tokenized the first time. Throws `not_found`, or `invalid_input` for a broken tokenizer. */
export async function getLengthHistogram(
  ctx: ServiceContext,
  { datasetId, modelId, signal }: { datasetId: string; modelId: string; signal?: AbortSignal | undefined },
): Promise<LengthHistogram> {
  const row = await getDatasetRow(ctx, datasetId);
  const tokenizer = await loadModelTokenizer(ctx, modelId);
  const folder = datasetDir(ctx, row.id);
  const work = (stop: AbortSignal) => histogramOf({ datasetDir: folder, tokenizer, signal: stop });
  return shareInFlight(`lengths ${tokenizer.hash} ${folder}`, work, signal);
}
