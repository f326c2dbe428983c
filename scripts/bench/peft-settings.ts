/** @file The other side: PEFT on torch's CPU, as people train with it there. */
import type { EngineCell } from "./engine-cells";
import type { ShapeName } from "./shapes";

/**
 * fp32; bf16 weights, with float32 adapters as is PEFT's default; autocast to bf16 over fp32 weights; and the same over
 * bf16 weights, which is what transformers' Trainer does with a bf16 checkpoint and `bf16=True`. The last was its fastest.
 */
export const PEFT_DTYPES = ["fp32", "bf16", "autocast", "bf16-autocast"] as const;

export interface PeftSetting {
  name: string;
  dtype: (typeof PEFT_DTYPES)[number];
  isCheckpointing: boolean;
}

const FASTEST = "bf16-autocast";

/** Each with its gradient checkpointing and without; the fastest without only, since checkpointing makes it slower. */
export function listPeftSettings(): PeftSetting[] {
  return PEFT_DTYPES.flatMap((dtype) =>
    (dtype === FASTEST ? [false] : [false, true]).map((isCheckpointing) => ({
      name: `peft ${dtype} ${isCheckpointing ? "checkpointing" : "plain"}`,
      dtype,
      isCheckpointing,
    })),
  );
}

/** Ours that take turns with PEFT. fp32 is its counterpart; 8-bit is our fastest, for its fastest. */
export const isOpponent = ({ method, precision, memory }: EngineCell): boolean =>
  method === "lora" && memory === "plain" && (precision === "fp32" || precision === "int8");

/** Settings that are measured on a shape, by tokens. A large model's take minutes a round: there only the fastest. */
const PLANNED: Record<ShapeName, readonly string[] | null> = {
  tiny: null,
  "135M": null,
  "0.5B": [`peft ${FASTEST} plain`],
  "1.5B": [`peft ${FASTEST} plain`],
};

export const isPlanned = ({ name }: PeftSetting, shape: ShapeName): boolean => PLANNED[shape]?.includes(name) ?? true;
