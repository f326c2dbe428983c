/**
 * @file The orthogonal matrix nearest to a given one, nearly: X = U Σ Vᵀ → U Σ' Vᵀ with all of Σ' near 1. Newton–Schulz
 * iteration with the quintic of Jordan et al. 2024 (https://kellerjordan.github.io/posts/muon/):
 *   X ← X / ‖X‖_F, then five times X ← a X + (b S + c S²) X with S = X Xᵀ
 * Only matrix products, so it goes as fast as they do. In float32; torch.optim.Muon rounds to bfloat16 in between.
 */
import { GraphBuilder } from "../graph/graph-builder";
import { encodeModel } from "../onnx/encode-model";
import { GraphSession } from "../runtime/session";

const ROUNDS = 5;
/** Steep at 0, so that small singular values grow fast; they end in about 0.7 … 1.2, not at exactly 1. */
const [A, B, C] = [3.4445, -4.775, 2.0315];
/** torch's: a norm below it counts as this much, so that a gradient of zeros stays one. */
const MIN_NORM = 1e-7;

export interface MatrixShape {
  rows: number;
  columns: number;
}

/** Orthogonalises `count` matrices of one shape at once. */
export class NewtonSchulz {
  private constructor(
    private readonly session: GraphSession,
    private readonly size: number,
    private readonly count: number,
  ) {}

  static async create(count: number, { rows, columns }: MatrixShape, threads: number): Promise<NewtonSchulz> {
    const b = new GraphBuilder();
    let x = b.input("x", [count, rows, columns]);
    const [a1, b1, c1] = [b.scalar(A), b.scalar(B), b.scalar(C)];
    // S on the shorter side; a tall X is worked on from the right, which is the same as transposing it twice.
    const isTall = rows > columns;
    for (let round = 0; round < ROUNDS; round++) {
      const s = isTall ? b.matMul(x, x, { transA: true }) : b.matMul(x, x, { transB: true });
      const polynomial = b.add(b.mul(s, b1), b.mul(b.matMul(s, s), c1));
      x = b.add(b.mul(x, a1), isTall ? b.matMul(x, polynomial) : b.matMul(polynomial, x));
    }
    const session = await GraphSession.create(encodeModel({ outputs: { o: x } }), { device: "cpu", threads });
    return new NewtonSchulz(session, rows * columns, count);
  }

  /** @param matrices [count, rows, columns]; overwritten @param into as large; the result */
  async run(matrices: Float32Array, into: Float32Array): Promise<void> {
    for (let matrix = 0; matrix < this.count; matrix++) {
      const values = matrices.subarray(matrix * this.size, (matrix + 1) * this.size);
      let squares = 0;
      for (let i = 0; i < values.length; i++) squares += (values[i] as number) * (values[i] as number);
      const factor = 1 / Math.max(Math.sqrt(squares), MIN_NORM);
      for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) * factor;
    }
    await this.session.run({ x: matrices }, { o: into });
  }

  async dispose(): Promise<void> {
    await this.session.dispose();
  }
}
