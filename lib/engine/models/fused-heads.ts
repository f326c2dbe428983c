/** @file Queries, keys and values out of one matrix product, in the two orders that checkpoints keep them. */
import type { Value } from "../graph/ops";
import type { BlockScope, ModelShape } from "./architecture";
import { splitHeads } from "./attention";

/** Before positions are told: q [batch, heads, length, headSize], k and v [batch, keyValueHeads, length, headSize]. */
export interface Heads {
  q: Value;
  k: Value;
  v: Value;
}

/** x [batch · length, (heads + 2 keyValueHeads) · headSize]: all queries, then all keys, then all values. */
export function splitByRole(scope: BlockScope, x: Value, { heads, keyValueHeads, headSize }: ModelShape): Heads {
  let start = 0;
  const next = (count: number): Value => {
    const end = start + count * headSize;
    const part = scope.b.slice(x, 1, start, end);
    start = end;
    return splitHeads(scope, part, count, headSize);
  };
  return { q: next(heads), k: next(keyValueHeads), v: next(keyValueHeads) };
}

/** x [batch · length, heads · 3 · headSize]: query, key and value of the first head, then those of the second … */
export function splitByHead(scope: BlockScope, x: Value, { heads, headSize }: ModelShape): Heads {
  const { b } = scope;
  const all = splitHeads(scope, x, heads, 3 * headSize);
  const part = (index: number) => b.slice(all, 3, index * headSize, (index + 1) * headSize);
  return { q: part(0), k: part(1), v: part(2) };
}
