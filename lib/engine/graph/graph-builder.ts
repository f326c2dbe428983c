/** @file Builds graphs of typed values. Nothing is computed here. */
import { shapeRules } from "./infer-shape";
import type { DType, GraphNode, OpAttributes, OpName, Shape, Value } from "./ops";
import { sizeOf } from "./ops";

interface ProductOptions {
  transA?: boolean;
  transB?: boolean;
  alpha?: number;
}

/** What a gradient rule of its own says: dL/d(input) for each input of a part of the graph, given g = dL/d(output). */
export interface GradientRule {
  inputs: readonly Value[];
  vjp(g: Value, surroundings: GradientSurroundings): readonly Value[];
}

/** What a rule may go by to save memory. */
export interface GradientSurroundings {
  /** Whether a value is there without being computed again. */
  isSaved(value: Value): boolean;
  /** Gradients that are wanted and known so far: once they are computed, what they are made from may go. */
  known: readonly Value[];
}

export class GraphBuilder {
  private readonly rules = new Map<Value, GradientRule>();
  private readonly products = new Map<Value, (x: Value) => Value>();
  private nextId = 0;
  private readonly names = new Set<string>();

  private value(name: string | null, dtype: DType, shape: Shape, source: Value["source"]): Value {
    const id = this.nextId++;
    const unique = name ?? `v${id}`;
    if (this.names.has(unique)) throw new Error(`internal: the graph already has a value named ${unique}`);
    this.names.add(unique);
    return { id, name: unique, dtype, shape, source };
  }

  /**
   * Differentiates the part of the graph between `inputs` and `output` by a rule instead of operator by operator, where
   * mathematics knows a shorter way. Through anything but `inputs` no gradient goes: with none, the output is a constant.
   */
  withGradient(output: Value, rule: GradientRule): Value {
    this.rules.set(output, rule);
    return output;
  }

  gradientRule(output: Value): GradientRule | undefined {
    return this.rules.get(output);
  }

  /** A tensor that the caller feeds under this name. */
  input(name: string, shape: Shape, dtype: DType = "float32"): Value {
    return this.value(name, dtype, shape, { kind: "input" });
  }

  constant(data: Float32Array | BigInt64Array, shape: Shape): Value {
    if (data.length !== sizeOf(shape))
      throw new Error(`internal: a constant of ${data.length} values is not [${shape.join(",")}]`);
    return this.value(null, data instanceof Float32Array ? "float32" : "int64", shape, { kind: "constant", data });
  }

  scalar(number: number): Value {
    return this.constant(Float32Array.of(number), []);
  }

  op<K extends OpName>(op: K, inputs: readonly Value[], attributes: OpAttributes[K]): Value {
    const shape = shapeRules[op](inputs, attributes);
    const node: GraphNode<K> = { op, inputs, attributes };
    return this.value(null, "float32", shape, { kind: "node", node });
  }

  /** x · matrixᵀ shall be computed by `product`, where the matrix is held in another form. */
  multiplyBy(matrix: Value, product: (x: Value) => Value): void {
    this.products.set(matrix, product);
  }

  /** alpha · op(a) · op(b) + c for matrices. */
  gemm(a: Value, b: Value, { transA = false, transB = false, alpha = 1 }: ProductOptions = {}, c?: Value): Value {
    const product = transB && !transA && this.products.get(b);
    if (product) {
      const scaled = alpha === 1 ? product(a) : this.mul(product(a), this.scalar(alpha));
      return c ? this.add(scaled, c) : scaled;
    }
    return this.op("Gemm", c ? [a, b, c] : [a, b], { transA, transB, alpha });
  }

  /** alpha · op(a) · op(b) over the last two axes. */
  matMul(a: Value, b: Value, { transA = false, transB = false, alpha = 1 }: ProductOptions = {}): Value {
    return this.op("MatMul", [a, b], { transA, transB, alpha });
  }

  add(a: Value, b: Value): Value {
    return this.op("Add", [a, b], {});
  }

  sub(a: Value, b: Value): Value {
    return this.op("Sub", [a, b], {});
  }

  mul(a: Value, b: Value): Value {
    return this.op("Mul", [a, b], {});
  }

  reshape(x: Value, shape: Shape): Value {
    return this.op("Reshape", [x], { shape });
  }

  transpose(x: Value, permutation: readonly number[]): Value {
    return this.op("Transpose", [x], { permutation });
  }

  /** @param after computed first; on the CPU only, where order decides how much memory is in use at once */
  slice(x: Value, axis: number, start: number, end: number, after: readonly Value[] = []): Value {
    return this.op("Slice", [x, ...after], { axis, start, end });
  }

  reduceSum(x: Value, axes: readonly number[], keepDims: boolean): Value {
    return this.op("ReduceSum", [x], { axes, keepDims });
  }
}
