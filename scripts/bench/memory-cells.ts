/** @file Runs whose memory is estimated and measured: {shape} × {length} × {precision} × {method} × {recomputation}. */
import type { RunConfigInput } from "@/lib/contracts/run-config";
import type { ShapeName } from "./shapes";

export interface MemoryCell {
  shape: ShapeName | "tiny-code";
  tokens: number;
  settings: Partial<RunConfigInput>;
}

const cell = (shape: MemoryCell["shape"], tokens: number, settings: MemoryCell["settings"] = {}): MemoryCell => ({
  shape,
  tokens,
  settings: { batch_size: 1, ...settings },
});

export const MEMORY_CELLS: readonly MemoryCell[] = [
  cell("tiny-code", 256, { batch_size: 8 }),
  cell("tiny-code", 512, { batch_size: 4, base_precision: "int8" }),
  cell("tiny-code", 256, { batch_size: 8, base_precision: "nf4", gradient_checkpointing: "on" }),
  cell("tiny-code", 256, { batch_size: 8, method: "full" }),
  cell("135M", 256),
  cell("135M", 1024),
  cell("135M", 1024, { gradient_checkpointing: "on" }),
  cell("135M", 1024, { gradient_checkpointing: "off" }),
  cell("135M", 2048, { gradient_checkpointing: "on" }),
  cell("135M", 256, { batch_size: 4 }),
  cell("135M", 512, { method: "dora" }),
  cell("135M", 256, { method: "full" }),
  cell("135M", 256, { base_precision: "bf16", modules_to_save: ["lm_head"] }),
  cell("135M", 256, { base_precision: "bf16" }),
  cell("135M", 1024, { base_precision: "bf16", gradient_checkpointing: "on" }),
  cell("135M", 512, { base_precision: "bf16", weight_offload: "disk", gradient_checkpointing: "on" }),
  cell("135M", 256, { base_precision: "int8" }),
  cell("135M", 1024, { base_precision: "int8", gradient_checkpointing: "off" }),
  cell("135M", 256, { base_precision: "nf4" }),
  cell("135M", 1024, { base_precision: "nf4", gradient_checkpointing: "off" }),
  cell("0.5B", 256, { base_precision: "bf16" }),
  cell("0.5B", 256, { base_precision: "int8", gradient_checkpointing: "on" }),
  cell("0.5B", 512, { base_precision: "nf4", gradient_checkpointing: "on" }),
  cell("0.5B", 512, { base_precision: "bf16", weight_offload: "disk" }),
  cell("0.5B", 256),
];
