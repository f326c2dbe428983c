import type { PlanFacts } from "@/lib/contracts/run-plan";
import { AppError } from "@/lib/errors";
import { linearModulesOf } from "@/lib/models-catalog/linear-modules";
import { readModelWeights } from "@/lib/models-catalog/read-model-weights";
import type { TensorInfo } from "@/lib/models-catalog/read-safetensors-header";
import type { ServiceContext } from "../context";
import { getMaskBlock } from "../datasets/get-mask-block";
import { getModel } from "../models/get-model";

export interface PlanFactsInput {
  datasetId: string;
  modelId: string;
  maxSeqLength: number;
  evalSplit: number;
  seed: number;
  /** Gives up preparing blocks, when nobody else waits for them. */
  signal?: AbortSignal | undefined;
}

/**
 * What the form needs to say how long a run is and how much it trains: the dataset's real blocks at this length, and the
 * shapes of the model's linear layers. Throws AppError like getModel and getMaskBlock.
 */
export async function getPlanFacts(ctx: ServiceContext, input: PlanFactsInput): Promise<PlanFacts> {
  const model = await getModel(ctx, { modelId: input.modelId });
  const { tensors } = await readModelWeights(model.path);
  const { blocks: trainBlocks } = await getMaskBlock(ctx, { ...input, split: "train", index: 0 });
  return {
    trainBlocks,
    evalBlocks: input.evalSplit === 0 ? 0 : await countEvalBlocks(ctx, input),
    linears: linearModulesOf(tensors),
    weights: weightsOf(tensors),
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

/** A head that is the embedding matrix is no tensor of its own, but modules_to_save may name it. */
function weightsOf(tensors: TensorInfo[]): PlanFacts["weights"] {
  const weights = tensors.map(({ name, elements }): [string, number] => [name, elements]);
  const embedding = tensors.find(({ name }) => /(^|\.)(embed_tokens|wte)\.weight$/.test(name));
  const hasHead = tensors.some(({ name }) => /^(lm_head|embed_out)\.weight$/.test(name));
  return embedding && !hasHead ? [...weights, ["lm_head.weight", embedding.elements]] : weights;
}
