import type { PlanFacts } from "@/lib/contracts/run-plan";
import { readModelParts } from "@/lib/models-catalog/read-model-folder";
import type { ServiceContext } from "../context";
import { getDatasetRow } from "../datasets/get-dataset-row";
import { type BlocksRequest, prepareModelBlocks } from "../datasets/prepare-model-blocks";
import { getInitAdapter } from "../models/get-init-adapter";
import { getModel } from "../models/get-model";

export interface PlanFactsInput extends Omit<BlocksRequest, "dataset" | "onProgress"> {
  datasetId: string;
  initAdapter: string;
}

/**
 * What the form needs to say how long a run is and how much it trains: the dataset's real blocks at this length, and the
 * shapes of the model's linear layers. Throws AppError like getModel, prepareModelBlocks and getInitAdapter.
 */
export async function getPlanFacts(ctx: ServiceContext, input: PlanFactsInput): Promise<PlanFacts> {
  const model = await getModel(ctx, { modelId: input.modelId });
  const parts = await readModelParts(model.path, model.id);
  const { initAdapter, datasetId, ...request } = input;
  const dataset = await getDatasetRow(ctx, datasetId);
  const { manifest } = await prepareModelBlocks(ctx, { ...request, dataset });
  return {
    trainBlocks: manifest.splits.train.blocks,
    evalBlocks: manifest.splits.eval.blocks,
    trainableShare: manifest.splits.train.trainableTokens / Math.max(1, manifest.splits.train.tokens),
    counts: manifest.counts,
    ...parts,
    adapter: await getInitAdapter(ctx, initAdapter),
    totalParameters: model.parameters,
  };
}
