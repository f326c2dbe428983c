import type { PlanFacts } from "@/lib/contracts/run-plan";
import { AppError } from "@/lib/errors";
import { readModelParts } from "@/lib/models-catalog/read-model-folder";
import type { ServiceContext } from "../context";
import { getMaskBlock } from "../datasets/get-mask-block";
import { getInitAdapter } from "../models/get-init-adapter";
import { getModel } from "../models/get-model";

export interface PlanFactsInput {
  datasetId: string;
  modelId: string;
  maxSeqLength: number;
  evalSplit: number;
  seed: number;
  initAdapter: string;
  /** Gives up preparing blocks, when nobody else waits for them. */
  signal?: AbortSignal | undefined;
}

/**
 * What the form needs to say how long a run is and how much it trains: the dataset's real blocks at this length, and the
 * shapes of the model's linear layers. Throws AppError like getModel, getMaskBlock and getInitAdapter.
 */
export async function getPlanFacts(ctx: ServiceContext, input: PlanFactsInput): Promise<PlanFacts> {
  const model = await getModel(ctx, { modelId: input.modelId });
  const parts = await readModelParts(model.path, model.id);
  const { blocks: trainBlocks } = await getMaskBlock(ctx, { ...input, split: "train", index: 0 });
  return {
    trainBlocks,
    evalBlocks: input.evalSplit === 0 ? 0 : await countEvalBlocks(ctx, input),
    ...parts,
    adapter: await getInitAdapter(ctx, input.initAdapter),
    totalParameters: model.parameters,
  };
}

/** A split may be empty, which is no fault here. */
async function countEvalBlocks(ctx: ServiceContext, input: PlanFactsInput): Promise<number> {
  try {
    return (await getMaskBlock(ctx, { ...input, split: "eval", index: 0 })).blocks;
  } catch (error) {
    if (error instanceof AppError && (error.code === "not_found" || error.code === "invalid_input")) return 0;
    throw error;
  }
}
