import type { RunConfig } from "@/lib/contracts/run-config";

/** Bytes of activations kept from the forward pass, over all layers. Constants: the choice must not depend on the machine's state. */
export const KEEP_BYTES: Record<RunConfig["gradient_checkpointing"], number> = {
  auto: 640 * 1024 * 1024,
  on: 0,
  off: Number.POSITIVE_INFINITY,
};
