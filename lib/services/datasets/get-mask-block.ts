import type { MaskBlock } from "@/lib/contracts/dataset";
import type { SplitName } from "@/lib/contracts/prepared-blocks";
import { getMaskBlock as maskBlockOf } from "@/lib/datasets/get-mask-block";
import { prepareBlocks } from "@/lib/datasets/prepare-blocks";
import type { ServiceContext } from "../context";
import { datasetDir } from "./dataset-dir";
import { getDatasetRow } from "./get-dataset-row";
import { loadModelTokenizer } from "./load-model-tokenizer";
import { shareInFlight } from "./share-in-flight";

export interface MaskBlockRequest {
  datasetId: string;
  modelId: string;
  maxSeqLength: number;
  evalSplit: number;
  seed: number;
  split: SplitName;
  index: number;
  /** Gives up preparing, when nobody else waits for it. */
  signal?: AbortSignal | undefined;
}

/**
 * A block of the very files that a run with these settings trains on; they are prepared when they are not there yet.
 * Errors: `not_found` for dataset, model or block, `invalid_input` when there is nothing to learn from.
 */
export async function getMaskBlock(ctx: ServiceContext, request: MaskBlockRequest): Promise<MaskBlock> {
  const row = await getDatasetRow(ctx, request.datasetId);
  const tokenizer = await loadModelTokenizer(ctx, request.modelId);
  const settings = {
    datasetDir: datasetDir(ctx, row.id),
    datasetId: row.id,
    contentHash: row.contentHash,
    blockLength: request.maxSeqLength,
    evalSplit: request.evalSplit,
    seed: request.seed,
  };
  const key = `blocks ${tokenizer.hash} ${JSON.stringify(settings)}`;
  const prepared = await shareInFlight(
    key,
    (signal) => prepareBlocks({ ...settings, tokenizer, signal }),
    request.signal,
  );
  return maskBlockOf(prepared, tokenizer, request.split, request.index);
}
