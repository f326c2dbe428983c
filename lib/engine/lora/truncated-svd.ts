/**
 * @file The largest singular values of a big matrix with their vectors, by subspace iteration from random vectors
 * (Halko, Martinsson and Tropp 2011, https://arxiv.org/abs/0909.4061, algorithms 4.4 and 5.1).
 */
import { GraphBuilder } from "../graph/graph-builder";
import { encodeModel } from "../onnx/encode-model";
import type { Rng } from "../optim/rng";
import { GraphSession } from "../runtime/session";
import { type Columns, combine, dot, orthonormalize, smallSvd } from "./small-svd";

export interface Matrix {
  /** Row-major [rows, columns]. */
  data: Float32Array;
  rows: number;
  columns: number;
}

export interface TruncatedSvd {
  /** Descending, `rank` of them. */
  values: number[];
  left: Columns;
  right: Columns;
}

/** Products of a big matrix, and of its transpose, with a few vectors. One session serves all matrices of a shape. */
export class MatrixProducts {
  private readonly sessions = new Map<string, Promise<GraphSession>>();

  constructor(private readonly threads: number) {}

  /** M x, or Mᵀ x, for each vector. */
  async multiply({ data, rows, columns }: Matrix, vectors: Columns, transposed: boolean): Promise<Columns> {
    const [from, to] = transposed ? [rows, columns] : [columns, rows];
    const count = vectors.length;
    const flat = new Float32Array(from * count);
    for (const [i, vector] of vectors.entries()) flat.set(vector, i * from);
    const session = await this.session(rows, columns, count, transposed);
    const { y } = await session.run({ m: data, x: flat });
    return vectors.map((_, i) => Float64Array.from((y as Float32Array).subarray(i * to, (i + 1) * to)));
  }

  /** x [count, …] holds a vector in each row: x Mᵀ, or x M. */
  private session(rows: number, columns: number, count: number, transposed: boolean): Promise<GraphSession> {
    const key = `${rows}x${columns}x${count}:${transposed}`;
    let session = this.sessions.get(key);
    if (!session) {
      const b = new GraphBuilder();
      const m = b.input("m", [rows, columns]);
      const x = b.input("x", [count, transposed ? rows : columns]);
      const y = b.gemm(x, m, { transB: !transposed });
      session = GraphSession.create(encodeModel({ outputs: { y } }), { device: "cpu", threads: this.threads });
      this.sessions.set(key, session);
    }
    return session;
  }

  async dispose(): Promise<void> {
    for (const session of await Promise.allSettled(this.sessions.values()))
      if (session.status === "fulfilled") await session.value.dispose();
  }
}

/** ‖M v - σ u‖ / σ₁ at which a vector has been found: what float32 products can tell. */
const TOLERANCE = 1e-5;
/** Where values lie so close that vectors cannot be told apart, their span is all that matters, and it is good by then. */
const MAX_ROUNDS = 60;
const EXTRA_VECTORS = 16;
/** A round may lift the largest direction above the smallest by this much: float32 products keep the others. */
const MAX_GROWTH = 1e4;
const MAX_DEGREE = 20;

/**
 * @param iterations as torch's svd_lowrank counts them, with as many vectors as `rank`; null: until all are found
 * @param rank at most the smaller side
 */
export async function truncatedSvd(
  matrix: Matrix,
  rank: number,
  iterations: number | null,
  rng: Rng,
  products: MatrixProducts,
): Promise<TruncatedSvd> {
  const { rows, columns } = matrix;
  const count = iterations === null ? Math.min(rows, columns, 2 * rank + EXTRA_VECTORS) : rank;
  const start = Array.from({ length: count }, () => Float64Array.from({ length: columns }, () => rng.normal()));
  const forward = (vectors: Columns) => products.multiply(matrix, vectors, false);
  const back = (vectors: Columns) => products.multiply(matrix, vectors, true);
  let left = orthonormalize(await forward(start));
  for (let i = 0; i < (iterations ?? 0); i++) left = orthonormalize(await forward(orthonormalize(await back(left))));
  if (iterations !== null) return readOff(left, await back(left), rank);
  for (let round = 1; ; round++) {
    const found = readOff(left, await back(left), count);
    const wanted = first(found, rank);
    if (round === MAX_ROUNDS || (await isExact(wanted, forward))) return wanted;
    left = orthonormalize(await filter(left, found.values, async (vectors) => forward(await back(vectors))));
  }
}

/**
 * A Chebyshev polynomial of M Mᵀ (Zhou et al. 2006): it stays small on [0, σ²] of the last value found, and grows above
 * faster than any other of its degree, so that values which lie close together come apart.
 */
async function filter(
  left: Columns,
  values: readonly number[],
  square: (vectors: Columns) => Promise<Columns>,
): Promise<Columns> {
  const centre = (values.at(-1) as number) ** 2 / 2;
  if (centre === 0) return square(left);
  const largest = (values[0] as number) ** 2 / centre - 1;
  const degree = Math.floor(Math.acosh(MAX_GROWTH) / Math.acosh(Math.max(largest, 1 + 1e-6)));
  let before: Columns | null = null;
  let now = left;
  for (let i = 0; i < Math.max(1, Math.min(MAX_DEGREE, degree)); i++) {
    const squared = await square(now);
    const next = squared.map((column, k) => {
      const factor = before ? 2 : 1;
      const [current, last] = [now[k] as Float64Array, before?.[k]];
      return column.map((value, at) => factor * (value / centre - (current[at] as number)) - (last?.[at] ?? 0));
    });
    before = now;
    now = next;
  }
  return now;
}

const first = ({ values, left, right }: TruncatedSvd, rank: number): TruncatedSvd => ({
  values: values.slice(0, rank),
  left: left.slice(0, rank),
  right: right.slice(0, rank),
});

/** M ≈ Y Zᵀ with Z = Mᵀ Y = Q R, so M ≈ (Y T) Σ (Q P)ᵀ where R = P Σ Tᵀ. */
function readOff(y: Columns, z: Columns, rank: number): TruncatedSvd {
  const q = orthonormalize(z.map((column) => column.slice()));
  const r = z.map((column) => Float64Array.from(q, (basis) => dot(basis, column)));
  const { values, left, right } = smallSvd(r);
  return {
    values: values.slice(0, rank),
    left: combine(y, right.slice(0, rank)),
    right: combine(q, left.slice(0, rank)),
  };
}

async function isExact({ values, left, right }: TruncatedSvd, forward: (vectors: Columns) => Promise<Columns>) {
  const products = await forward(right);
  const largest = values[0] ?? 0;
  return products.every((product, i) => {
    const u = left[i] as Float64Array;
    const residual = product.map((value, k) => value - (values[i] as number) * (u[k] as number));
    return Math.sqrt(dot(residual, residual)) <= TOLERANCE * largest;
  });
}
