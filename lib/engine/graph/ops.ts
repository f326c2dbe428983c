/**
 * @file The operator union of our graphs. Every operator has one output, float32.
 * Three tables are total over it, so a new operator does not compile until it has all of them:
 * shapes (graph/infer-shape.ts), gradients (autodiff/vjp-rules.ts) and ONNX (onnx/lowerings.ts).
 */

export type DType = "float32" | "int64" | "int8";
export type Shape = readonly number[];
type None = Record<string, never>;

export interface OpAttributes {
  /** alpha · op(A)[m,k] · op(B)[k,n] (+ C, broadcastable to [m,n]); 2-D only. Inputs: A, B, C? */
  Gemm: { transA: boolean; transB: boolean; alpha: number };
  /** alpha · op(a) · op(b) over the last two axes, leading axes broadcast. Inputs: a, b */
  MatMul: { transA: boolean; transB: boolean; alpha: number };
  /**
   * x · W with 8-bit integers (see quantize/quantize-matrix.ts): rows of x [m,k] are rounded to 8 bits, each by its own
   * largest value; W is given as int8 codes [k,n] with one scale per column [n]. Codes [n,k] and scales [k] of Wᵀ serve
   * the gradient, which is rounded in the same way: a straight-through estimate; where there is another rule for it, they
   * are left out. Inputs: x, codes, scales, codesᵀ?, scalesᵀ?
   */
  QuantizedMatMul: None;
  Add: None;
  Sub: None;
  Mul: None;
  Neg: None;
  Exp: None;
  Sqrt: None;
  Reciprocal: None;
  Sigmoid: None;
  /** x · sigmoid(x) */
  Silu: None;
  Tanh: None;
  /** x ⊙ mask / (1 - rate), the rate as `droppedShare` rounds it. Inputs: x, int8 mask of x's shape (1 keeps, 0 drops) */
  Dropout: { rate: number };
  /** Gauss error function. */
  Erf: None;
  /** x Φ(x) with the normal distribution Φ (Hendrycks and Gimpel 2016), or its tanh approximation. */
  Gelu: { approximation: "none" | "tanh" };
  /** Over the last axis. */
  Softmax: None;
  LogSoftmax: None;
  /** log softmax(x)[i, indices[i]], without another pass of exponentials. Inputs: x [n,v], softmax(x), int64 indices [n,1]; out [n,1] */
  LogSoftmaxAt: None;
  ReduceSum: { axes: readonly number[]; keepDims: boolean };
  ReduceMean: { axes: readonly number[]; keepDims: boolean };
  Reshape: { shape: Shape };
  Transpose: { permutation: readonly number[] };
  Expand: { shape: Shape };
  /** Inputs: x, and others that are computed first: what is sliced for the next piece of work waits for the last one. */
  Slice: { axis: number; start: number; end: number };
  Pad: { axis: number; before: number; after: number };
  Concat: { axis: number };
  /** out[i] = x[i, indices[i]] for x [n,v] and int64 indices [n,1]; out [n,1]. */
  GatherLast: None;
  /** x with updates [n,1] added at x[i, indices[i]]. Inputs: x [n,v], indices [n,1], updates [n,1] */
  ScatterAddLast: None;
  /** Root mean square norm over the last axis (Zhang and Sennrich 2019). Inputs: x [...,h], weight [h] */
  RmsNorm: { epsilon: number };
  /** Layer norm over the last axis (Ba et al. 2016). Inputs: x [...,h], weight [h], bias [h] */
  LayerNorm: { epsilon: number };
  /**
   * Rotary position embedding, half-split layout as in Llama checkpoints (Su et al. 2021).
   * Inputs: x [b,heads,t,d], int64 positions [b,t], cos [max,d/2], sin [max,d/2]
   */
  Rotary: None;
}

export type OpName = keyof OpAttributes;

export interface GraphNode<K extends OpName = OpName> {
  readonly op: K;
  readonly inputs: readonly Value[];
  readonly attributes: OpAttributes[K];
}

/** A tensor of a graph: fed by the caller, a constant, or computed by a node. */
export interface Value {
  /** Rises in the order of creation, so it is a topological order too. */
  readonly id: number;
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
  readonly source:
    | { readonly kind: "input" }
    | { readonly kind: "constant"; readonly data: Float32Array | BigInt64Array }
    | { readonly kind: "node"; readonly node: GraphNode };
}

/** Masks are drawn 16 bits a value: the share of values that are really dropped. */
export const droppedShare = (rate: number): number => Math.round(rate * 0x10000) / 0x10000;

export const sizeOf = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);
export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((size, i) => size === b[i]);
