/** @file A model folder, with or without an adapter, opened to generate text. */
import { completeConfig, DEFAULT_CONFIG } from "@/lib/contracts/complete-config";
import type { RunConfig } from "@/lib/contracts/run-config";
import { AppError } from "@/lib/errors";
import { type OpenedModel, openTrainableModel } from "../executor/open-model";
import { Rng } from "../optim/rng";
import type { Device } from "../runtime/device";

export interface OpenGeneratorOptions {
  modelDir: string;
  /** A folder with an adapter, ours or PEFT's; null for the model alone. */
  adapterDir: string | null;
  device: Device;
  precision: RunConfig["base_precision"];
  threads?: number;
}

/** @throws AppError with one sentence when model, adapter or device cannot be used */
export async function openGenerator(options: OpenGeneratorOptions): Promise<OpenedModel> {
  const { modelDir, adapterDir, device, precision, threads } = options;
  const config = {
    ...completeConfig(DEFAULT_CONFIG),
    model_type: modelDir,
    base_precision: precision,
    init_adapter: adapterDir ?? "",
    // Nothing is trained, so the length of training does not matter.
    max_seq_length: 1,
  };
  try {
    const isFrozen = adapterDir === null;
    // What is drawn for an adapter's start is replaced by the adapter.
    return await openTrainableModel({ modelDir, config, rng: Rng.seeded(0), device, threads, isFrozen });
  } catch (error) {
    const problem = error instanceof AppError && error.fieldErrors?.["init_adapter"]?.[0];
    if (!problem) throw error;
    throw new AppError("invalid_input", `The adapter in ${adapterDir} ${problem.replace(/\.$/, "")}.`, {
      cause: error,
    });
  }
}
