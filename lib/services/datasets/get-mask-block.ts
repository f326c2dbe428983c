import type { MaskBlock } from "@/lib/contracts/dataset";
import type { SplitName } from "@/lib/contracts/prepared-blocks";
import { findNamedBlock } from "@/lib/datasets/find-named-block";
import { getMaskBlock as maskBlockOf } from "@/lib/datasets/get-mask-block";
import type { ServiceContext } from "../context";
import { getDatasetRow } from "./get-dataset-row";
import { type BlocksRequest, prepareModelBlocks } from "./prepare-model-blocks";

export interface MaskBlockRequest extends Omit<BlocksRequest, "dataset" | "onProgress"> {
  datasetId: string;
  split: SplitName;
  /** Null: the first that shows what the objective does. */
  index: number | null;
}

/**
 * A block of the very files that a run with these settings trains on.
 * Errors: `not_found` for dataset, model or block, `invalid_input` when there is nothing to learn from.
 */
export async function getMaskBlock(
  ctx: ServiceContext,
  { datasetId, split, index, ...request }: MaskBlockRequest,
): Promise<MaskBlock> {
  const dataset = await getDatasetRow(ctx, datasetId);
  const { tokenizer, ...prepared } = await prepareModelBlocks(ctx, { ...request, dataset });
  return maskBlockOf(prepared, tokenizer, split, index ?? (await findNamedBlock(prepared.blocksDir, split)));
}
