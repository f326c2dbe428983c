/** @file One decoder block as a graph: its inputs, its adapters, and what the architecture makes of them. */
import type { BasePrecision } from "@/lib/contracts/run-config";
import { GraphBuilder } from "../graph/graph-builder";
import type { Value } from "../graph/ops";
import type { Architecture, BlockScope, LayerKind, LinearSpec } from "../models/architecture";
import { chunkBounds } from "../models/attention";
import { buildRotary } from "../models/rotary";
import { quantizedLinear } from "../quantize/quantized-linear";
import { type AdaptedModule, adaptedLinear, adapterInput } from "./adapted-linear";

export interface BatchShape {
  batchSize: number;
  blockLength: number;
}

export interface LayerShape {
  kind: LayerKind;
  /** Linear layers of this block with an adapter. */
  adapted: readonly AdaptedModule[];
  /** Weights of this block that are trained themselves, by name. */
  trainedWeights: readonly string[];
  /** How the frozen weights of linear layers are stored and multiplied. */
  precision: BasePrecision;
}

export interface BlockGraph {
  b: GraphBuilder;
  /** [rows, hidden] */
  x: Value;
  /** [rows, hidden] */
  y: Value;
  /** What is trained, by feed name. */
  parameters: ReadonlyMap<string, Value>;
  /** What the architecture offered to keep. */
  candidates: readonly { name: string; value: Value; tier: number }[];
}

export interface BlockUse {
  /** For one new token after at most so many others. */
  cacheLength?: number | null;
  /** In training, the share of their inputs that adapters do not see. */
  dropout?: number;
}

/**
 * Inputs: x, positions, every weight and number of the layer by name, what adapted-linear.ts names for adapters, and either
 * mask_<i> for each chunk of queries, or, with `cacheLength`, past_keys, past_values [1, keyValueHeads, cacheLength, headSize] and
 * past_mask [1, 1, 1, 1, cacheLength + 1] for one new token. With 8-bit weights a linear layer is fed what
 * `quantizeLinear` makes of its weight instead.
 */
export function buildBlockGraph(
  architecture: Architecture,
  layer: BatchShape & LayerShape,
  use: BlockUse = {},
): BlockGraph {
  // Where inputs are dropped, each adapter sees others.
  if (use.dropout) return assemble(architecture, layer, use, () => {});
  // Built once without adapters, only to see which linear layers read the same value.
  const readers = new Map<Value, string[]>();
  const adapted = new Set(layer.adapted.map(({ module }) => module));
  assemble(architecture, { ...layer, adapted: [] }, use, (module, input) => {
    if (adapted.has(module)) readers.set(input, [...(readers.get(input) ?? []), module]);
  });
  return assemble(architecture, layer, use, () => {}, [...readers.values()]);
}

/**
 * @param onLinear told about every linear layer and its input
 * @param siblings adapted linear layers by the input that they share: their A's are multiplied with it as one matrix,
 * since products with a few rows each leave most of the processor's width idle
 */
function assemble(
  architecture: Architecture,
  { batchSize, blockLength, kind, adapted, trainedWeights, precision }: BatchShape & LayerShape,
  { cacheLength = null, dropout = 0 }: BlockUse,
  onLinear: (module: string, input: Value) => void,
  siblings: readonly string[][] = [],
): BlockGraph {
  const { shape, linears, layerWeights } = architecture;
  const b = new GraphBuilder();
  const x = b.input("x", [batchSize * blockLength, shape.hiddenSize]);
  const positions = b.input("positions", [batchSize, blockLength], "int64");
  const rotary = kind.rotary && buildRotary(b, kind.rotary, positions, cacheLength ?? blockLength);
  const cacheShape = [1, shape.keyValueHeads, cacheLength ?? 0, shape.headSize];
  const weights = new Map([...layerWeights].map(([name, weightShape]) => [name, b.input(name, weightShape)]));
  const scalars = new Map(Object.keys(architecture.layerScalars?.(0) ?? {}).map((name) => [name, b.input(name, [])]));
  const weight = (name: string): Value => {
    const value = weights.get(name);
    if (!value) throw new Error(`internal: the block asks for ${name}, which the architecture does not list`);
    return value;
  };
  const specs = new Map(linears.map((spec) => [spec.module, spec]));
  const quantized = new Map(
    linears
      .filter(({ module }) => precision === "int8" && !trainedWeights.includes(`${module}.weight`))
      .map((spec) => [spec.module, quantizedLinear(b, spec)] as const),
  );
  const candidates: { name: string; value: Value; tier: number }[] = [];
  const keep = (name: string, value: Value, tier: number) => candidates.push({ name, value, tier });
  const downs = new Map<string, Value>();
  /** x Aᵀ [rows, rank] of an adapted layer; its siblings' come with it. */
  const down = (module: string, input: Value): Value => {
    const known = downs.get(module);
    if (known) return known;
    const together = siblings.find((modules) => modules.includes(module)) ?? [module];
    const matrices = together.map(
      (sibling) => adapters.get(sibling)?.parameters.get(adapterInput(sibling, "A")) as Value,
    );
    const stacked = matrices.length === 1 ? (matrices[0] as Value) : b.op("Concat", matrices, { axis: 0 });
    const product = b.gemm(input, stacked, { transB: true });
    // Few values, and the gradients of the B's need them again.
    keep(adapterInput(together[0] as string, "A"), product, 1);
    let end = 0;
    for (const [i, sibling] of together.entries()) {
      const start = end;
      end += matrices[i]?.shape[0] as number;
      downs.set(sibling, matrices.length === 1 ? product : b.slice(product, 1, start, end));
    }
    return downs.get(module) as Value;
  };
  const context = { b, rows: batchSize * blockLength, dropout, keep, down };
  const adapters = new Map(
    adapted.map((each) => [each.module, adaptedLinear(context, specs.get(each.module) as LinearSpec, each)]),
  );
  const scope: BlockScope = {
    b,
    batchSize,
    blockLength,
    kind,
    masks:
      cacheLength === null
        ? chunkBounds(blockLength, kind.window).map((chunk, i) => ({
            ...chunk,
            mask: b.input(`mask_${i}`, [batchSize, 1, 1, chunk.end - chunk.start, chunk.end - chunk.keyStart]),
          }))
        : [],
    past:
      cacheLength === null
        ? null
        : {
            keys: b.input("past_keys", cacheShape),
            values: b.input("past_values", cacheShape),
            mask: b.input("past_mask", [1, 1, 1, 1, cacheLength + 1]),
          },
    weight,
    scalar: (name) => {
      const value = scalars.get(name);
      if (!value)
        throw new Error(`internal: the block asks for the number ${name}, which the architecture does not list`);
      return value;
    },
    linear: (module, input) => {
      const spec = specs.get(module);
      if (!spec) throw new Error(`internal: the block asks for ${module}, which the architecture does not list`);
      onLinear(module, input);
      const bias = spec.bias ? weight(`${module}.bias`) : undefined;
      const quantizedProduct = quantized.get(module);
      const product = (x: Value, addend?: Value) =>
        b.gemm(x, weight(`${module}.weight`), { transB: spec.layout !== "in_out" }, addend);
      const multiply = quantizedProduct ?? ((x: Value) => product(x));
      const whole = (x: Value) => {
        if (!quantizedProduct) return product(x, bias);
        return bias ? b.add(quantizedProduct(x), bias) : quantizedProduct(x);
      };
      return adapters.get(module)?.apply(input, { multiply, whole, bias }) ?? whole(input);
    },
    rotary: (value) => {
      if (!rotary) throw new Error(`internal: layers of kind ${kind.name} tell no positions by rotation`);
      return rotary(value);
    },
    keep,
  };
  const parameters = new Map([...adapters.values()].flatMap((adapter) => [...adapter.parameters]));
  for (const name of trainedWeights) parameters.set(name, weight(name));
  return { b, x, y: architecture.block(scope, x), parameters, candidates };
}
