/** @file The graphs of the head: final norm, logits and cross-entropy. */
import type { BasePrecision } from "@/lib/contracts/run-config";
import { backward } from "../autodiff/backward";
import { GraphBuilder } from "../graph/graph-builder";
import type { Value } from "../graph/ops";
import { type Architecture, headMatrix } from "../models/architecture";
import { type EncodedModel, encodeModel } from "../onnx/encode-model";
import { quantizedHead } from "../quantize/quantized-head";

export interface HeadGraphs {
  /** Outputs: loss [rows, 1] in nats, 0 for rows of weight 0: their sum is taken in 64 bits. */
  loss: EncodedModel;
  /** Outputs: loss, dx [rows, hidden], and d_<full name> of the head's weights when trained. */
  gradient: EncodedModel;
  /** Outputs: logits [rows, vocabulary]. */
  logits: EncodedModel;
}

/** With 8-bit weights the head's frozen matrix has 8 bits too, for training. */
export const quantizesHead = (precision: BasePrecision, trainedNames: readonly string[]): boolean =>
  precision === "int8" && trainedNames.length === 0;

export interface HeadOptions {
  /** Full names of the head's weights that are trained. */
  trainedNames: readonly string[];
  /** The gradient's logits come from the matrix in 8 bits; it is fed what quantized-head.ts makes of it as well. */
  isQuantized: boolean;
}

/**
 * Final norm, logits and cross-entropy over a chunk of rows, so that logits never exist whole.
 * Inputs: x [rows, hidden], the head's weights by full name, labels [rows, 1], weights [rows, 1] (1 = counts, 0 = filler), scale [].
 */
export function buildHead(architecture: Architecture, rows: number, options: HeadOptions): HeadGraphs {
  const exact = assemble(architecture, rows, { ...options, isQuantized: false });
  const { gradient } = options.isQuantized ? assemble(architecture, rows, options) : exact;
  return {
    loss: encodeModel({ outputs: { loss: exact.loss } }),
    gradient: encodeModel({ outputs: gradient }),
    logits: encodeModel({ outputs: { logits: exact.logits } }),
  };
}

function assemble(architecture: Architecture, rows: number, { trainedNames, isQuantized }: HeadOptions) {
  const { shape } = architecture;
  const b = new GraphBuilder();
  const x = b.input("x", [rows, shape.hiddenSize]);
  const headWeights = new Map([...architecture.headWeights].map(([name, size]) => [name, b.input(name, size)]));
  const matrix = headWeights.get(headMatrix(architecture)) as Value;
  if (isQuantized) b.multiplyBy(matrix, quantizedHead(b, shape, matrix));
  const labels = b.input("labels", [rows, 1], "int64");
  const weights = b.input("weights", [rows, 1]);
  const scale = b.input("scale", []);
  const logits = architecture.head(b, x, (name) => {
    const weight = headWeights.get(name);
    if (!weight) throw new Error(`internal: the head asks for ${name}, which the architecture does not list`);
    return weight;
  });
  const softmax = b.op("Softmax", [logits], {});
  // d(loss)/d(logits) = w (softmax - onehot), written out: the general rules would take five passes over the logits.
  const rowScale = b.mul(weights, scale);
  const trained = [...headWeights].filter(([name]) => trainedNames.includes(name));
  const targets = [x, ...trained.map(([, value]) => value)];
  const minus = (value: Value) => b.op("Neg", [value], {});
  const scatter = (shares: Value, ones: Value) => b.op("ScatterAddLast", [shares, labels, minus(ones)], {});
  // Rows are scaled where they are short, which only sums over rows do not allow.
  const [dx, ...weightGradients] = (
    trained.length > 0
      ? backward(b, logits, scatter(b.mul(softmax, rowScale), rowScale), targets)
      : backward(b, logits, scatter(softmax, b.constant(new Float32Array(rows).fill(1), [rows, 1])), targets).map(
          (gradient) => b.mul(gradient, rowScale),
        )
  ) as [Value, ...Value[]];
  const named = trained.map(([name], i) => [`d_${name}`, weightGradients[i] as Value] as const);
  // Last, because the runtime begins with what was made last: then the gradient may lie where the softmax lay.
  const picked = b.op("LogSoftmaxAt", [logits, softmax, labels], {});
  const loss = minus(b.mul(picked, weights));
  const gradient: Record<string, Value> = { loss, dx, ...Object.fromEntries(named) };
  return { loss, gradient, logits };
}

export interface HeadSliceGraphs {
  /** Outputs for each row: log_sum [rows, 1], log Σ exp over the slice, and picked [rows, 1], the logit at its label. */
  statistics: EncodedModel;
  /** Outputs: dx [rows, hidden], the slice's share. */
  gradient: EncodedModel;
  /** Outputs: logits [rows, size]. */
  logits: EncodedModel;
}

/**
 * The same for a slice of the vocabulary, `size` tokens. Inputs: x [rows, hidden], the head's weights, those with a row for
 * each token cut to the slice, labels [rows, 1] counted from its start; for the gradient also inside [rows, 1] (1 where the
 * label is the slice's own), log_sum [rows, 1] over the whole vocabulary, and row_scale [rows, 1] (0 = filler).
 */
export function buildHeadSlice(architecture: Architecture, rows: number, size: number): HeadSliceGraphs {
  const { hiddenSize, vocabularySize } = architecture.shape;
  const b = new GraphBuilder();
  const x = b.input("x", [rows, hiddenSize]);
  const weights = new Map(
    [...architecture.headWeights].map(([name, [first, ...others]]) => [
      name,
      b.input(name, [first === vocabularySize ? size : (first as number), ...others]),
    ]),
  );
  const labels = b.input("labels", [rows, 1], "int64");
  const logits = architecture.head(b, x, (name) => weights.get(name) as Value);
  // Any column tells the sum: log Σ exp = logit - log softmax.
  const column = (value: Value) => b.slice(value, 1, 0, 1);
  const logSum = b.sub(column(logits), column(b.op("LogSoftmax", [logits], {})));
  const rowScale = b.input("row_scale", [rows, 1]);
  const softmax = b.mul(b.op("Exp", [b.sub(logits, b.input("log_sum", [rows, 1]))], {}), rowScale);
  const minus = b.op("Neg", [b.mul(rowScale, b.input("inside", [rows, 1]))], {});
  const logitsGradient = b.op("ScatterAddLast", [softmax, labels, minus], {});
  const [dx] = backward(b, logits, logitsGradient, [x]);
  return {
    statistics: encodeModel({ outputs: { log_sum: logSum, picked: b.op("GatherLast", [logits, labels], {}) } }),
    gradient: encodeModel({ outputs: { dx: dx as Value } }),
    logits: encodeModel({ outputs: { logits } }),
  };
}
