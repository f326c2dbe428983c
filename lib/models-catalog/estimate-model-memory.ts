import type { RunConfig } from "@/lib/contracts/run-config";
import { type Fit, fitToMemory } from "@/lib/engine/memory/fit-to-memory";
import { machineMemory } from "@/lib/engine/memory/machine-room";

export { freeDisk, machineMemory } from "@/lib/engine/memory/machine-room";

import { readCheckedModel } from "./read-model-folder";

/** What a run of a model folder will need of memory on this machine. @throws AppError when the folder is no usable model, or nothing in it matches the settings */
export async function estimateModelMemory(path: string, id: string, config: RunConfig): Promise<Fit> {
  const { architecture, bytes, elements } = await readCheckedModel(path, id);
  return fitToMemory({ architecture, config, fileBytesPerWeight: bytes / elements > 3 ? 4 : 2 }, machineMemory());
}
