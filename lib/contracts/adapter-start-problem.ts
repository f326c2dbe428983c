/** @file Which ways for an adapter to begin go together with a run's other settings. */
import type { RunConfig } from "./run-config";

/** To be read after the field's name; null when all is well. */
export function adapterStartProblem({
  method,
  init_adapter: folder,
  init_lora_weights: init,
}: Pick<RunConfig, "method" | "init_adapter" | "init_lora_weights">): {
  field: "init_adapter" | "init_lora_weights";
  message: string;
} | null {
  if (folder === "") return null;
  if (method === "full")
    return { field: "init_adapter", message: "means nothing for method full; choose lora or clear it" };
  if (init !== "default")
    return {
      field: "init_lora_weights",
      message: "is for new adapters, and init_adapter goes on from one; leave it at default",
    };
  return null;
}
