/** @file The engine's matrix: {shape} × {tokens} × {precision} × {method}, with what the schema has of the last two. */
import { BASE_PRECISIONS, type BasePrecision, METHODS, type RunConfig } from "@/lib/contracts/run-config";
import { SHAPE_NAMES, type ShapeName } from "./shapes";

export interface EngineCell {
  name: string;
  shape: ShapeName;
  blockLength: number;
  precision: BasePrecision;
  method: RunConfig["method"];
}

const BLOCK_LENGTHS = [256, 1024] as const;
const TINY_BLOCK_LENGTHS = [64] as const;

/** All of it. Method full trains the weights, which must be fp32 then. */
export function listEngineCells(): EngineCell[] {
  return SHAPE_NAMES.flatMap((shape) =>
    (shape === "tiny" ? TINY_BLOCK_LENGTHS : BLOCK_LENGTHS).flatMap((blockLength) =>
      METHODS.flatMap((method) =>
        BASE_PRECISIONS.filter((precision) => method !== "full" || precision === "fp32").map((precision) => ({
          name: `${shape} ${blockLength} ${precision} ${method}`,
          shape,
          blockLength,
          precision,
          method,
        })),
      ),
    ),
  );
}

/**
 * Precisions of a run without a filter, by tokens. A round of a large model takes a minute and more: there only what its
 * memory and its speed are judged by. `--cells` measures any of the others.
 */
const USUAL: Record<ShapeName, Readonly<Record<number, readonly BasePrecision[]>>> = {
  tiny: {},
  "135M": { 256: BASE_PRECISIONS, 1024: BASE_PRECISIONS },
  "0.5B": { 256: BASE_PRECISIONS, 1024: ["fp32", "int8"] },
  "1.5B": { 256: ["int8", "nf4"], 1024: ["bf16", "int8"] },
};

/** LoRA as above, and on the smallest shape what the other methods cost beside it. */
export function isUsual({ shape, blockLength, precision, method }: EngineCell): boolean {
  if (method !== "lora") return shape === "135M" && blockLength === 256 && precision === "fp32";
  return !!USUAL[shape][blockLength]?.includes(precision);
}
