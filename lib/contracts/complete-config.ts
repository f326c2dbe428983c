/** @file Settings that were stored by an earlier version lack what came later: it counts as its default. */
import { RunConfig } from "./run-config";

/** Every setting that has a default, at it; model and dataset are place-holders. */
export const DEFAULT_CONFIG: RunConfig = RunConfig.parse({ model_type: "-", dataset_name: "-" });

export const completeConfig = (stored: RunConfig): RunConfig => ({ ...DEFAULT_CONFIG, ...stored });
