import { withAdapterSettings } from "@/lib/contracts/adapter-config";
import { diskProblem, memoryProblem, OFFLOADED } from "@/lib/contracts/machine-room";
import type { RunNeeds } from "@/lib/contracts/memory-estimate";
import type { RunConfig } from "@/lib/contracts/run-config";
import { AppError } from "@/lib/errors";
import { estimateModelMemory, freeDisk, machineMemory } from "@/lib/models-catalog/estimate-model-memory";
import type { ServiceContext } from "../context";
import { getInitAdapter } from "../models/get-init-adapter";
import { getModel } from "../models/get-model";

/**
 * Memory and disk that a run on the CPU will need, and what this machine has too little of. Throws AppError like getModel,
 * and when target modules match nothing.
 */
export async function getRunNeeds(ctx: ServiceContext, config: RunConfig): Promise<RunNeeds> {
  const model = await getModel(ctx, { modelId: config.model_type });
  const adapter = await getInitAdapter(ctx, config.init_adapter);
  const settings = adapter ? withAdapterSettings(config, adapter) : config;
  const { estimate, isOffloaded } = await estimateModelMemory(model.path, model.id, settings);
  const memoryBytes = machineMemory();
  const problems = [
    memoryProblem(estimate, memoryBytes) ?? (isOffloaded ? OFFLOADED : null),
    diskProblem(estimate.diskBytes, await freeDisk(ctx.paths.home)),
  ];
  return { estimate, memoryBytes, warnings: problems.filter((problem) => problem !== null) };
}

/** Null where it can't be told any more: the model is gone, or the run is on a GPU. */
export async function findEstimatedPeak(ctx: ServiceContext, config: RunConfig): Promise<number | null> {
  if (config.device !== "cpu" && config.device !== "auto") return null;
  try {
    return (await getRunNeeds(ctx, config)).estimate.totalBytes;
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}
