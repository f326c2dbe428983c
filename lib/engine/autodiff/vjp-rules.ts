/**
 * @file The gradient of every operator: vector-Jacobian products.
 * A rule gets g = dL/d(output) and returns dL/d(input) for each input, or null where `needs` says that nobody asks.
 */
import type { GraphBuilder } from "../graph/graph-builder";
import type { GraphNode, OpName, Shape, Value } from "../graph/ops";
import { sameShape } from "../graph/ops";

export interface VjpContext<K extends OpName> {
  b: GraphBuilder;
  inputs: readonly Value[];
  attributes: GraphNode<K>["attributes"];
  output: Value;
  g: Value;
  /** Which inputs lie on a path to something trained. Work for the others would be thrown away. */
  needs: readonly boolean[];
}

export type VjpRule<K extends OpName> = (context: VjpContext<K>) => (Value | null)[];

/** Sums g over the axes along which an operand of `shape` was broadcast. */
export function unbroadcast(b: GraphBuilder, g: Value, shape: Shape): Value {
  if (sameShape(g.shape, shape)) return g;
  const lead = g.shape.length - shape.length;
  const axes = g.shape.flatMap((size, i) => (i < lead || (shape[i - lead] === 1 && size !== 1) ? [i] : []));
  const summed = axes.length > 0 ? b.reduceSum(g, axes, true) : g;
  return sameShape(summed.shape, shape) ? summed : b.reshape(summed, shape);
}

const when = (need: boolean | undefined, make: () => Value): Value | null => (need ? make() : null);
const pick = (inputs: readonly Value[], index: number): Value => inputs[index] as Value;

/** y = alpha · A' B' with A' = op(A), B' = op(B): dA' = alpha · g B'ᵀ, dB' = alpha · A'ᵀ g, each transposed back where op did. */
function productVjp(
  {
    inputs,
    attributes: { transA, transB, alpha },
    g,
    needs,
  }: Pick<VjpContext<"Gemm">, "inputs" | "attributes" | "g" | "needs">,
  multiply: (a: Value, b: Value, options: { transA: boolean; transB: boolean; alpha: number }) => Value,
): (Value | null)[] {
  const left = pick(inputs, 0);
  const right = pick(inputs, 1);
  return [
    when(needs[0], () =>
      transA
        ? multiply(right, g, { transA: transB, transB: true, alpha })
        : multiply(g, right, { transA: false, transB: !transB, alpha }),
    ),
    when(needs[1], () =>
      transB
        ? multiply(g, left, { transA: true, transB: transA, alpha })
        : multiply(left, g, { transA: !transA, transB: false, alpha }),
    ),
  ];
}

/** As wide as a matrix may be to be called narrow: adapters' ranks. */
const NARROW = 64;

/**
 * gᵀ x with a narrow x [m, r], as (xᵀ g)ᵀ: so the large matrix is read in its own order, and by all threads (measured:
 * 256 rows, r = 8, two threads: 0.09 against 0.22 ms).
 */
function narrowProduct(b: GraphBuilder, g: Value, x: Value, alpha: number): Value {
  return b.transpose(b.gemm(b.transpose(x, [1, 0]), g, { alpha }), [1, 0]);
}

const lastAxis = (value: Value): number[] => [value.shape.length - 1];

function integersHaveNoGradient(op: OpName): never {
  throw new Error(`internal: ${op}: integer inputs have no gradient`);
}

/** d/dx x Φ(x) = Φ(x) + x φ(x) with the normal density φ. */
function geluSlope(b: GraphBuilder, x: Value): Value {
  const half = b.scalar(0.5);
  const erf = b.op("Erf", [b.mul(x, b.scalar(Math.SQRT1_2))], {});
  const distribution = b.add(b.mul(erf, half), half);
  const bell = b.op("Exp", [b.mul(b.mul(x, x), b.scalar(-0.5))], {});
  return b.add(distribution, b.mul(x, b.mul(bell, b.scalar(1 / Math.sqrt(2 * Math.PI)))));
}

/** y = x (1 + t) / 2 with t = tanh u and u = √(2/π) (x + c x³): y' = (1 + t) / 2 + x (1 - t²) u' / 2. */
function geluTanhSlope(b: GraphBuilder, x: Value): Value {
  const half = b.scalar(0.5);
  const one = b.scalar(1);
  const root = Math.sqrt(2 / Math.PI);
  const cubic = b.mul(b.mul(x, x), b.scalar(0.044715));
  const t = b.op("Tanh", [b.mul(b.mul(x, b.add(one, cubic)), b.scalar(root))], {});
  const innerSlope = b.mul(b.add(b.mul(cubic, b.scalar(3)), one), b.scalar(root));
  const tanhSlope = b.mul(b.sub(one, b.mul(t, t)), innerSlope);
  return b.mul(half, b.add(b.add(one, t), b.mul(x, tanhSlope)));
}

export const vjpRules: { [K in OpName]: VjpRule<K> } = {
  Gemm: (context) => {
    const { b, inputs, g, needs } = context;
    const products = productVjp(context, (x, y, { transA, transB, alpha }) =>
      transA && !transB && x === g && (y.shape[1] as number) <= NARROW
        ? narrowProduct(b, g, y, alpha)
        : b.gemm(x, y, { transA, transB, alpha }),
    );
    return inputs.length === 3
      ? [...products, when(needs[2], () => unbroadcast(b, g, pick(inputs, 2).shape))]
      : products;
  },
  MatMul: (context) => {
    const { b, inputs } = context;
    return productVjp(context, (x, y, options) => b.matMul(x, y, options)).map((gradient, i) =>
      gradient ? unbroadcast(b, gradient, pick(inputs, i).shape) : null,
    );
  },
  QuantizedMatMul: ({ b, inputs, g, needs }) => {
    if (needs.slice(1).includes(true)) throw new Error("internal: 8-bit weights are frozen; they have no gradient");
    if (inputs.length === 3) throw new Error("internal: an 8-bit product without its transpose has no gradient");
    const [, codes, scales, codesT, scalesT] = inputs as [Value, Value, Value, Value, Value];
    return [b.op("QuantizedMatMul", [g, codesT, scalesT, codes, scales], {}), null, null, null, null];
  },
  Add: ({ b, inputs, g, needs }) => inputs.map((x, i) => when(needs[i], () => unbroadcast(b, g, x.shape))),
  Sub: ({ b, inputs, g, needs }) => [
    when(needs[0], () => unbroadcast(b, g, pick(inputs, 0).shape)),
    when(needs[1], () => b.op("Neg", [unbroadcast(b, g, pick(inputs, 1).shape)], {})),
  ],
  // (xy)' = x'y + xy'
  Mul: ({ b, inputs, g, needs }) =>
    inputs.map((x, i) => when(needs[i], () => unbroadcast(b, b.mul(g, pick(inputs, 1 - i)), x.shape))),
  Neg: ({ b, g }) => [b.op("Neg", [g], {})],
  // (eˣ)' = eˣ
  Exp: ({ b, output, g }) => [b.mul(g, output)],
  // (√x)' = 1 / (2√x)
  Sqrt: ({ b, output, g }) => [b.mul(g, b.mul(b.scalar(0.5), b.op("Reciprocal", [output], {})))],
  // (1/x)' = -1/x²
  Reciprocal: ({ b, output, g }) => [b.op("Neg", [b.mul(g, b.mul(output, output))], {})],
  // σ' = σ (1 - σ)
  Sigmoid: ({ b, output, g }) => [b.mul(g, b.mul(output, b.sub(b.scalar(1), output)))],
  // (xσ)' = σ + xσ(1 - σ) = σ + y(1 - σ)
  Silu: ({ b, inputs, output, g }) => {
    const sigmoid = b.op("Sigmoid", [pick(inputs, 0)], {});
    return [b.mul(g, b.add(sigmoid, b.mul(output, b.sub(b.scalar(1), sigmoid))))];
  },
  // tanh' = 1 - tanh²
  Tanh: ({ b, output, g }) => [b.mul(g, b.sub(b.scalar(1), b.mul(output, output)))],
  Dropout: ({ b, inputs, attributes, g, needs }) => {
    if (needs[1]) integersHaveNoGradient("Dropout");
    return [b.op("Dropout", [g, pick(inputs, 1)], attributes), null];
  },
  // erf' = 2/√π · e^(-x²)
  Erf: ({ b, inputs, g }) => {
    const x = pick(inputs, 0);
    const bell = b.op("Exp", [b.op("Neg", [b.mul(x, x)], {})], {});
    return [b.mul(g, b.mul(b.scalar(2 / Math.sqrt(Math.PI)), bell))];
  },
  Gelu: ({ b, inputs, attributes: { approximation }, g }) => [
    b.mul(g, (approximation === "tanh" ? geluTanhSlope : geluSlope)(b, pick(inputs, 0))),
  ],
  // dx = p ⊙ (g - Σ p ⊙ g)
  Softmax: ({ b, output, g }) => {
    const dot = b.reduceSum(b.mul(output, g), lastAxis(g), true);
    return [b.mul(output, b.sub(g, dot))];
  },
  // dx = g - softmax · Σ g
  LogSoftmax: ({ b, output, g }) => {
    const total = b.reduceSum(g, lastAxis(g), true);
    return [b.sub(g, b.mul(b.op("Exp", [output], {}), total))];
  },
  // g (onehot - softmax); that the softmax is fed is no second path.
  LogSoftmaxAt: ({ b, inputs, g, needs }) => {
    if (needs[2]) integersHaveNoGradient("LogSoftmaxAt");
    const shares = b.op("Neg", [b.mul(pick(inputs, 1), g)], {});
    return [b.op("ScatterAddLast", [shares, pick(inputs, 2), g], {}), null, null];
  },
  ReduceSum: ({ b, inputs, attributes: { axes }, g }) => {
    const { shape } = pick(inputs, 0);
    const kept = shape.map((size, i) => (axes.includes(i) ? 1 : size));
    return [b.op("Expand", [b.reshape(g, kept)], { shape })];
  },
  ReduceMean: ({ b, inputs, attributes: { axes }, g }) => {
    const { shape } = pick(inputs, 0);
    const kept = shape.map((size, i) => (axes.includes(i) ? 1 : size));
    const count = axes.reduce((product, axis) => product * (shape[axis] as number), 1);
    return [b.op("Expand", [b.reshape(b.mul(g, b.scalar(1 / count)), kept)], { shape })];
  },
  Reshape: ({ b, inputs, g }) => [b.reshape(g, pick(inputs, 0).shape)],
  Transpose: ({ b, attributes: { permutation }, g }) => [
    b.transpose(
      g,
      permutation.map((_, i) => permutation.indexOf(i)),
    ),
  ],
  Expand: ({ b, inputs, g }) => [unbroadcast(b, g, pick(inputs, 0).shape)],
  Slice: ({ b, inputs, attributes: { axis, start }, output, g }) => {
    const after = (pick(inputs, 0).shape[axis] as number) - start - (output.shape[axis] as number);
    const whole = start === 0 && after === 0 ? g : b.op("Pad", [g], { axis, before: start, after });
    return inputs.map((_, i) => (i === 0 ? whole : null));
  },
  Pad: ({ b, inputs, attributes: { axis, before }, g }) => [
    b.slice(g, axis, before, before + (pick(inputs, 0).shape[axis] as number)),
  ],
  Concat: ({ b, inputs, attributes: { axis }, g, needs }) => {
    let start = 0;
    return inputs.map((x, i) => {
      const from = start;
      start += x.shape[axis] as number;
      const end = start;
      return when(needs[i], () => b.slice(g, axis, from, end));
    });
  },
  GatherLast: ({ b, inputs, g, needs }) => {
    if (needs[1]) integersHaveNoGradient("GatherLast");
    const { shape } = pick(inputs, 0);
    const zeros = b.op("Expand", [b.constant(new Float32Array(1), [1, 1])], { shape });
    return [b.op("ScatterAddLast", [zeros, pick(inputs, 1), g], {}), null];
  },
  ScatterAddLast: ({ b, inputs, g, needs }) => {
    if (needs[1]) integersHaveNoGradient("ScatterAddLast");
    return [needs[0] ? g : null, null, when(needs[2], () => b.op("GatherLast", [g, pick(inputs, 1)], {}))];
  },
  // y = x̂ w with x̂ = x/r, r = √(mean x² + ε): dx = (gw - x̂ · mean(gw ⊙ x̂)) / r, dw = Σ g ⊙ x̂
  RmsNorm: ({ b, inputs, attributes: { epsilon }, output, g, needs }) => {
    const x = pick(inputs, 0);
    const weight = pick(inputs, 1);
    const axes = lastAxis(x);
    const meanSquare = b.op("ReduceMean", [b.mul(x, x)], { axes, keepDims: true });
    const inverse = b.op("Reciprocal", [b.op("Sqrt", [b.add(meanSquare, b.scalar(epsilon))], {})], {});
    return [
      when(needs[0], () => {
        // gw ⊙ x̂ = g ⊙ y
        const mean = b.op("ReduceMean", [b.mul(g, output)], { axes, keepDims: true });
        return b.mul(b.sub(b.mul(g, weight), b.mul(x, b.mul(mean, inverse))), inverse);
      }),
      when(needs[1], () => unbroadcast(b, b.mul(g, b.mul(x, inverse)), weight.shape)),
    ];
  },
  // y = x̂ w + c with x̂ = (x - μ)/σ: dx = (gw - mean gw - x̂ · mean(gw ⊙ x̂)) / σ, dw = Σ g ⊙ x̂, dc = Σ g
  LayerNorm: ({ b, inputs, attributes: { epsilon }, g, needs }) => {
    const x = pick(inputs, 0);
    const weight = pick(inputs, 1);
    const mean = (value: Value) => b.op("ReduceMean", [value], { axes: lastAxis(x), keepDims: true });
    const centred = b.sub(x, mean(x));
    const variance = mean(b.mul(centred, centred));
    const inverse = b.op("Reciprocal", [b.op("Sqrt", [b.add(variance, b.scalar(epsilon))], {})], {});
    const normed = b.mul(centred, inverse);
    return [
      when(needs[0], () => {
        const gw = b.mul(g, weight);
        return b.mul(b.sub(b.sub(gw, mean(gw)), b.mul(normed, mean(b.mul(gw, normed)))), inverse);
      }),
      when(needs[1], () => unbroadcast(b, b.mul(g, normed), weight.shape)),
      when(needs[2], () => unbroadcast(b, g, pick(inputs, 2).shape)),
    ];
  },
  // A rotation's transpose turns the other way: the same operator with -sin.
  Rotary: ({ b, inputs, g, needs }) => {
    if (needs[1] || needs[2] || needs[3]) integersHaveNoGradient("Rotary");
    const minusSin = b.op("Neg", [pick(inputs, 3)], {});
    return [b.op("Rotary", [g, pick(inputs, 1), pick(inputs, 2), minusSin], {}), null, null, null];
  },
};
