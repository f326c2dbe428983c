/**
 * @file Muon (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/): momentum whose matrices are replaced by
 * the nearest orthogonal ones before they are applied. Its authors report fewer tokens than AdamW for the same
 * loss (we have not compared the two here), and tokens are what an hour on two cores is short of. For the matrices inside
 * the blocks only.
 */
import { GraphBuilder } from "@/lib/engine/graph/graph-builder";
import { encodeModel } from "@/lib/engine/onnx/encode-model";
import { GraphSession } from "@/lib/engine/runtime/session";
import type { Parameter } from "@/lib/engine/types";

const NEWTON_SCHULZ_STEPS = 5;
/** The post's quintic: singular values in (0, 1] go to about 1 in five rounds. */
const [A, B, C] = [3.4445, -4.775, 2.0315];

export interface MuonSettings {
  momentum: number;
  weightDecay: number;
}

/** Matrices of one shape, orthogonalised together. */
interface Group {
  members: { parameter: Parameter; momentum: Float32Array }[];
  rows: number;
  columns: number;
  stacked: Float32Array;
  session: GraphSession;
}

async function createOrthogonaliser(count: number, rows: number, columns: number): Promise<GraphSession> {
  const b = new GraphBuilder();
  let x = b.input("x", [count, rows, columns]);
  const [a1, b1, c1] = [b.scalar(A), b.scalar(B), b.scalar(C)];
  const isTall = rows > columns;
  for (let step = 0; step < NEWTON_SCHULZ_STEPS; step++) {
    // x ← a x + (b S + c S²) x with S = x xᵀ, on the shorter side.
    const s = isTall ? b.matMul(x, x, { transA: true }) : b.matMul(x, x, { transB: true });
    const polynomial = b.add(b.mul(s, b1), b.mul(b.matMul(s, s), c1));
    x = b.add(b.mul(x, a1), isTall ? b.matMul(x, polynomial) : b.matMul(polynomial, x));
  }
  return GraphSession.create(encodeModel({ outputs: { o: x } }), { device: "cpu", threads: 1 });
}

export class Muon {
  private constructor(
    private readonly groups: Group[],
    private readonly settings: MuonSettings,
  ) {}

  /** @param parameters matrices [out, in] */
  static async create(parameters: readonly Parameter[], settings: MuonSettings): Promise<Muon> {
    const groups: Group[] = [];
    for (const key of new Set(parameters.map(({ shape }) => shape.join("x")))) {
      const members = parameters.filter(({ shape }) => shape.join("x") === key);
      const [rows = 0, columns = 0] = members[0]?.shape ?? [];
      groups.push({
        members: members.map((parameter) => ({ parameter, momentum: new Float32Array(parameter.data.length) })),
        rows,
        columns,
        stacked: new Float32Array(members.length * rows * columns),
        session: await createOrthogonaliser(members.length, rows, columns),
      });
    }
    return new Muon(groups, settings);
  }

  /** Name → momentum, for checkpoints; restoring means writing into these arrays. */
  get momenta(): { name: string; shape: readonly number[]; data: Float32Array }[] {
    return this.groups.flatMap(({ members }) =>
      members.map(({ parameter, momentum }) => ({ name: parameter.name, shape: parameter.shape, data: momentum })),
    );
  }

  async update(learningRate: number): Promise<void> {
    const { momentum: beta, weightDecay } = this.settings;
    for (const { members, rows, columns, stacked, session } of this.groups) {
      const size = rows * columns;
      for (const [index, { parameter, momentum }] of members.entries()) {
        const at = index * size;
        let squares = 0;
        for (let i = 0; i < size; i++) {
          const g = parameter.gradient[i] as number;
          const m = beta * (momentum[i] as number) + (1 - beta) * g;
          momentum[i] = m;
          const nesterov = beta * m + (1 - beta) * g;
          stacked[at + i] = nesterov;
          squares += nesterov * nesterov;
        }
        const scale = 1 / (Math.sqrt(squares) + 1e-12);
        for (let i = at; i < at + size; i++) stacked[i] = (stacked[i] as number) * scale;
      }
      const { o } = await session.run({ x: stacked });
      const step = learningRate * Math.sqrt(Math.max(1, rows / columns));
      const keep = 1 - learningRate * weightDecay;
      for (const [index, { parameter }] of members.entries()) {
        const { data } = parameter;
        for (let i = 0; i < size; i++)
          data[i] = (data[i] as number) * keep - step * ((o as Float32Array)[index * size + i] as number);
      }
    }
  }
}
