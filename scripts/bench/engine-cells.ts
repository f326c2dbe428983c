/** @file The engine's matrix: {shape} × {tokens} × {precision} × {method}, with what the schema has of the last two. */
import { DEFAULT_CONFIG } from "@/lib/contracts/complete-config";
import { BASE_PRECISIONS, type BasePrecision, METHODS, type RunConfig } from "@/lib/contracts/run-config";
import { weightsProblem } from "@/lib/contracts/weights-problem";
import { SHAPE_NAMES, type ShapeName } from "./shapes";

/** Settings that trade time for memory. "plain" is the default of all. */
const MEMORY_SETTINGS = {
  plain: {},
  checkpointing: { gradient_checkpointing: "on" },
  disk: { weight_offload: "disk" },
} as const satisfies Record<string, Partial<RunConfig>>;

export interface EngineCell {
  name: string;
  shape: ShapeName;
  blockLength: number;
  precision: BasePrecision;
  method: RunConfig["method"];
  memory: keyof typeof MEMORY_SETTINGS;
}

const BLOCK_LENGTHS = [256, 1024] as const;
const TINY_BLOCK_LENGTHS = [64] as const;

type CellSettings = Pick<RunConfig, "base_precision" | "method"> & Partial<RunConfig>;

/** What a run would be asked for. */
export const settingsOf = ({ precision, method, memory }: Pick<EngineCell, "precision" | "method" | "memory">) =>
  ({ base_precision: precision, method, ...MEMORY_SETTINGS[memory] }) satisfies CellSettings as CellSettings;

/** All of it, but for what no run may ask for, such as weights that are trained in 8 bits. */
export function listEngineCells(): EngineCell[] {
  const memories = Object.keys(MEMORY_SETTINGS) as EngineCell["memory"][];
  const ways = METHODS.flatMap((method) =>
    BASE_PRECISIONS.flatMap((precision) => memories.map((memory) => ({ precision, method, memory }))),
  ).filter((way) => weightsProblem({ ...DEFAULT_CONFIG, ...settingsOf(way) }) === null);
  return SHAPE_NAMES.flatMap((shape) =>
    (shape === "tiny" ? TINY_BLOCK_LENGTHS : BLOCK_LENGTHS).flatMap((blockLength) =>
      ways.map((way) => ({
        name: `${shape} ${blockLength} ${way.precision} ${way.method} ${way.memory}`,
        shape,
        blockLength,
        ...way,
      })),
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

/** LoRA as above, and on the smallest shape what other methods and recomputation cost beside it. */
export function isUsual({ shape, blockLength, precision, method, memory }: EngineCell): boolean {
  if (method === "lora" && memory === "plain") return !!USUAL[shape][blockLength]?.includes(precision);
  if (shape !== "135M" || precision !== "fp32") return false;
  return method === "lora"
    ? blockLength === 1024 && memory === "checkpointing"
    : blockLength === 256 && memory === "plain";
}
