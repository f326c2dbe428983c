/** @file A linear layer with an adapter, as a graph: LoRA, DoRA, and dropout of what the adapter sees. */
import type { GraphBuilder } from "../graph/graph-builder";
import type { Value } from "../graph/ops";
import type { LinearSpec } from "../models/architecture";

/** What tells the graphs of two adapters apart. */
export interface AdaptedModule {
  /** Name inside the layer. */
  module: string;
  rank: number;
  /** What B·A is multiplied with. */
  scaling: number;
  isDora: boolean;
}

/** Feed names of an adapter's tensors. */
export const adapterInput = (module: string, part: "A" | "B" | "magnitude") => `${module}.lora_${part}`;
/** Feed name of the squared length of each row of the frozen weight [out], which DoRA needs. */
export const rowNormsInput = (module: string) => `${module}.squared_row_norms`;
/** Feed name of a dropout mask, int8 [rows, in]. */
export const dropoutInput = (module: string) => `${module}.dropout`;

export interface AdaptedLinear {
  /** By feed name: what is trained. */
  parameters: ReadonlyMap<string, Value>;
  /** @param input [rows, in] @param frozen what the layer does without adapter */
  apply(input: Value, frozen: FrozenLinear): Value;
}

export interface FrozenLinear {
  /** x Wᵀ, for x [any, in] */
  multiply(x: Value): Value;
  /** x Wᵀ + c */
  whole(x: Value): Value;
  /** c [out] */
  bias: Value | undefined;
}

export interface AdapterContext {
  b: GraphBuilder;
  rows: number;
  /** Share of its inputs that the adapter does not see; 0 outside of training. */
  dropout: number;
  keep(name: string, value: Value, tier: number): void;
  /** x Aᵀ [rows, rank] of an adapted layer. */
  down(module: string, x: Value): Value;
}

/** Makes the adapter's inputs; see `apply` for what it adds. */
export function adaptedLinear(context: AdapterContext, spec: LinearSpec, adapted: AdaptedModule): AdaptedLinear {
  const { b, rows, dropout, keep, down } = context;
  const { module, rank, scaling, isDora } = adapted;
  const { inFeatures, outFeatures } = spec;
  const a = b.input(adapterInput(module, "A"), [rank, inFeatures]);
  const up = b.input(adapterInput(module, "B"), [outFeatures, rank]);
  const parameters = new Map([
    [adapterInput(module, "A"), a],
    [adapterInput(module, "B"), up],
  ]);
  const mask = dropout > 0 ? b.input(dropoutInput(module), [rows, inFeatures], "int8") : null;
  const seen = (input: Value) => (mask ? b.op("Dropout", [input, mask], { rate: dropout }) : input);
  /** base + s (x Aᵀ) Bᵀ */
  const addLora = (x: Value, base: Value): Value => {
    return b.gemm(down(module, x), up, { transB: true, alpha: scaling }, base);
  };
  // y = x Wᵀ + c + s (x Aᵀ) Bᵀ (Hu et al. 2021)
  if (!isDora) return { parameters, apply: (input, { whole }) => addLora(seen(input), whole(input)) };

  const magnitude = b.input(adapterInput(module, "magnitude"), [outFeatures]);
  const squaredNorms = b.input(rowNormsInput(module), [outFeatures]);
  parameters.set(adapterInput(module, "magnitude"), magnitude);
  /**
   * ‖W + s B A‖ of each row, without that matrix ever existing:
   * ‖w + s b A‖² = ‖w‖² + s b · (2 A wᵀ + s A Aᵀ bᵀ). No gradient goes through it (Liu et al. 2024, §4.3).
   */
  const rowNorms = (multiply: FrozenLinear["multiply"]): Value => {
    const gram = b.gemm(a, a, { transB: true });
    const ofDelta = b.gemm(gram, up, { transB: true, alpha: scaling });
    const inner = b.add(b.mul(multiply(a), b.scalar(2)), ofDelta);
    const mixed = b.reduceSum(b.mul(b.transpose(up, [1, 0]), inner), [0], false);
    const norms = b.op("Sqrt", [b.add(squaredNorms, b.mul(mixed, b.scalar(scaling)))], {});
    keep(`${module}.row_norms`, norms, 1);
    return b.withGradient(norms, { inputs: [], vjp: () => [] });
  };
  return {
    parameters,
    // y = c + m / ‖W + s B A‖ ⊙ (x Wᵀ + s (x Aᵀ) Bᵀ) (Liu et al. 2024, eq. 5)
    apply(input, { multiply, whole, bias }) {
      const scale = b.mul(magnitude, b.op("Reciprocal", [rowNorms(multiply)], {}));
      const x = seen(input);
      const base = multiply(x);
      const changed = addLora(x, base);
      // Large, but otherwise the gradient of m takes the whole product again.
      keep(`${module}.changed`, changed, 3);
      const scaled = b.mul(changed, scale);
      // What is dropped is dropped for the adapter only: x Wᵀ itself stays whole, as in PEFT.
      if (mask) return b.add(whole(input), b.sub(scaled, base));
      return bias ? b.add(scaled, bias) : scaled;
    },
  };
}
