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
export const isOpponent = ({ method, precision }: EngineCell): boolean =>
  method === "lora" && (precision === "fp32" || precision === "int8");

/** Large models take minutes a round; there only the settings that matter most are measured. Empty: all of them. */
const PLANNED: Partial<Record<ShapeName, Record<number, readonly string[]>>> = {};

export const isPlanned = ({ name }: PeftSetting, shape: ShapeName, blockLength: number): boolean =>
  PLANNED[shape]?.[blockLength]?.includes(name) ?? true;
