/** @file The other side: PEFT on torch's CPU, in the precisions people train in there, with its checkpointing and without. */
import type { EngineCell } from "./engine-cells";
import type { ShapeName } from "./shapes";

export const PEFT_DTYPES = ["fp32", "bf16", "autocast"] as const;

export interface PeftSetting {
  name: string;
  dtype: (typeof PEFT_DTYPES)[number];
  isCheckpointing: boolean;
}

export function listPeftSettings(): PeftSetting[] {
  return PEFT_DTYPES.flatMap((dtype) =>
    [false, true].map((isCheckpointing) => ({
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
  "0.5B": ["peft bf16 plain"],
  "1.5B": ["peft bf16 plain"],
};

export const isPlanned = ({ name }: PeftSetting, shape: ShapeName): boolean => PLANNED[shape]?.includes(name) ?? true;
