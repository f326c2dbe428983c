/** @file The sum of a value's gradients, in fewer passes over memory than adding them one by one. */
import type { GraphBuilder } from "../graph/graph-builder";
import type { GraphNode, OpName, Value } from "../graph/ops";

/** @param total what was summed so far */
export function accumulate(b: GraphBuilder, total: Value | undefined, term: Value): Value {
  if (!total) return term;
  return sideBySide(b, total, term) ?? productWithAddend(b, total, term) ?? b.add(total, term);
}

function nodeOf<K extends OpName>(value: Value, op: K): GraphNode<K> | null {
  const node = value.source.kind === "node" ? value.source.node : null;
  return node?.op === op ? (node as GraphNode<K>) : null;
}

/** A sum whose one term is a bare matrix product is one Gemm with an addend. */
function productWithAddend(b: GraphBuilder, total: Value, term: Value): Value | null {
  for (const [product, addend] of [
    [term, total],
    [total, term],
  ] as const) {
    const node = nodeOf(product, "Gemm");
    if (node?.inputs.length === 2) {
      const [left, right] = node.inputs as [Value, Value];
      return b.gemm(left, right, node.attributes, addend);
    }
  }
  return null;
}

interface Piece {
  body: Value;
  axis: number;
  before: number;
  after: number;
}

/** The gradient of a slice is filled up with zeros. */
function pieceOf(value: Value): Piece | null {
  const node = nodeOf(value, "Pad");
  return node && { body: node.inputs[0] as Value, ...node.attributes };
}

/** A concatenation's members, so that joining piece after piece copies each of them once. */
function members({ body, axis }: Piece): readonly Value[] {
  const node = nodeOf(body, "Concat");
  return node?.attributes.axis === axis ? node.inputs : [body];
}

/** Gradients of neighbouring slices, as of fused queries, keys and values, are concatenated: no zeros are written or added. */
function sideBySide(b: GraphBuilder, total: Value, term: Value): Value | null {
  const pieces = [pieceOf(total), pieceOf(term)];
  const [left, right] = pieces.toSorted((x, y) => (x?.before ?? 0) - (y?.before ?? 0));
  if (!left || !right || left.axis !== right.axis) return null;
  const { axis, before } = left;
  if (before + (left.body.shape[axis] as number) !== right.before) return null;
  const joined = b.op("Concat", [...members(left), ...members(right)], { axis });
  const { after } = right;
  return before === 0 && after === 0 ? joined : b.op("Pad", [joined], { axis, before, after });
}
