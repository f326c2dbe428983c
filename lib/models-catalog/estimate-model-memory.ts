import type { MemoryEstimate } from "@/lib/contracts/memory-estimate";
import type { RunConfig } from "@/lib/contracts/run-config";
import { estimateMemory } from "@/lib/engine/memory/estimate-memory";

export { freeDisk, machineMemory } from "@/lib/engine/memory/machine-room";

import { readCheckedModel } from "./read-model-folder";

/** What a run of a model folder will need of memory. @throws AppError when the folder is no usable model, or nothing in it matches the settings */
export async function estimateModelMemory(path: string, id: string, config: RunConfig): Promise<MemoryEstimate> {
  const { architecture, bytes, elements } = await readCheckedModel(path, id);
  return estimateMemory({ architecture, config, fileBytesPerWeight: bytes / elements > 3 ? 4 : 2 });
}
