import { diskProblem, surelyTooLarge } from "@/lib/contracts/machine-room";
import type { RunConfig } from "@/lib/contracts/run-config";
import { withInitAdapter } from "@/lib/engine/lora/init-adapter";
import { type Fit, fitToMemory } from "@/lib/engine/memory/fit-to-memory";
import { freeDisk, machineMemory } from "@/lib/engine/memory/machine-room";
import { openArchitecture } from "@/lib/engine/models/open-architecture";
import { openCheckpoint } from "@/lib/engine/safetensors/open-checkpoint";
import { AppError } from "@/lib/errors";

/**
 * The settings to open the model with, before anything large is loaded. On a GPU the weights lie elsewhere, so only the disk is looked at there.
 * @throws AppError when the run cannot fit, however far the estimate is off
 */
export async function checkRoom(options: {
  modelDir: string;
  runDir: string;
  config: RunConfig;
  /** What there is; asked of the machine where it is not given. */
  memoryBytes?: number;
  diskBytes?: number;
}): Promise<Fit> {
  const { modelDir, runDir, memoryBytes = machineMemory() } = options;
  const { config } = await withInitAdapter(options.config);
  const architecture = await openArchitecture(modelDir);
  const checkpoint = await openCheckpoint(modelDir);
  const isF32 = [...checkpoint.tensors.values()].some(({ dtype }) => dtype === "F32");
  await checkpoint.close();
  const fit = fitToMemory({ architecture, config, fileBytesPerWeight: isF32 ? 4 : 2 }, memoryBytes);
  const { estimate } = fit;
  const usesMachine = config.device === "cpu" || config.device === "auto";
  const problem =
    (usesMachine ? surelyTooLarge(estimate, memoryBytes) : null) ??
    diskProblem(estimate.diskBytes, options.diskBytes ?? (await freeDisk(runDir)));
  if (problem !== null) throw new AppError("invalid_input", problem);
  return { ...fit, config: { ...options.config, weight_offload: fit.config.weight_offload } };
}
