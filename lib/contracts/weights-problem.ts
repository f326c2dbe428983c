/** @file Which ways of holding weights go together. */
import type { RunConfig } from "./run-config";

export type WeightSettings = Pick<RunConfig, "method" | "base_precision" | "weight_offload" | "init_lora_weights">;

/** The first that cannot be, with the setting to change; null when all is well. */
export function weightsProblem({
  method,
  base_precision: precision,
  weight_offload: offload,
  init_lora_weights: init,
}: WeightSettings): { field: "base_precision" | "weight_offload"; message: string } | null {
  if (method === "full" && precision !== "fp32")
    return {
      field: "base_precision",
      message: `${precision} freezes the weights, which method full trains; choose fp32 or another method`,
    };
  if (offload !== "disk") return null;
  if (method === "full")
    return {
      field: "weight_offload",
      message: "disk leaves the weights as they are, but method full trains them; choose none or another method",
    };
  if (init !== "default")
    return {
      field: "weight_offload",
      message: `disk leaves the weights as they are, but init_lora_weights ${init} changes them; choose none or default`,
    };
  if (precision !== "fp32" && precision !== "bf16")
    return {
      field: "weight_offload",
      message: `disk reads weights as the file has them, not as ${precision}; choose base_precision bf16 or fp32, or none`,
    };
  return null;
}
