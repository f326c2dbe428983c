/**
 * @file Muon (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/): momentum, orthogonalised before it is
 * applied, so that every direction of a matrix moves equally far. With gradient G, learning rate η, weight decay λ:
 *   M ← μ M + (1 − μ) G        N = μ M + (1 − μ) G  (Nesterov)
 *   θ ← (1 − η λ) θ − η · scale(rows, columns) · NewtonSchulz(N)
 * as torch.optim.Muon computes it. For matrices inside the layers; embedding, head and vectors are AdamW's.
 */
import type { Parameter } from "../types";
import { type MatrixShape, NewtonSchulz } from "./newton-schulz";
import type { Optimizer, StateTensor } from "./optimizer";

/** Matrices that are orthogonalised together take at most this much memory (twice: input and result). */
const STACK_BYTES = 64 * 1024 * 1024;

export interface MuonSettings {
  momentum: number;
  weightDecay: number;
  /** What the learning rate is multiplied by for a matrix of this shape. */
  scaleOf(shape: MatrixShape): number;
  threads: number;
}

/** The post's scale: η is the spectral norm by which a wide matrix moves. */
export const spectralScale = ({ rows, columns }: MatrixShape): number => Math.sqrt(Math.max(1, rows / columns));

/**
 * Updates as large as AdamW's usually are (root mean square 0.2 η), so that one learning rate serves both: Liu et al.
 * 2025, "Muon is Scalable for LLM Training", https://arxiv.org/abs/2502.16982; torch's "match_rms_adamw".
 */
export const adamwScale = ({ rows, columns }: MatrixShape): number => 0.2 * Math.sqrt(Math.max(rows, columns));

/** Muon is for matrices inside the layers, adapters' included. */
export const isForMuon = ({ shape, place }: Parameter): boolean =>
  shape.length === 2 && place !== "embedding" && place !== "head";

interface Member {
  parameter: Parameter;
  momentum: Float32Array;
}

/** Matrices of one shape. */
interface Group extends MatrixShape {
  members: Member[];
  /** How many of them are orthogonalised at once. */
  count: number;
  newtonSchulz: NewtonSchulz;
}

export class Muon implements Optimizer {
  step = 0;

  private constructor(
    private readonly members: readonly Member[],
    private readonly groups: readonly Group[],
    private readonly settings: MuonSettings,
  ) {}

  /** @param parameters matrices */
  static async create(parameters: readonly Parameter[], settings: MuonSettings): Promise<Muon> {
    const members = parameters.map((parameter) => ({ parameter, momentum: new Float32Array(parameter.data.length) }));
    const groups: Group[] = [];
    for (const key of new Set(parameters.map(({ shape }) => shape.join("x")))) {
      const ofShape = members.filter(({ parameter }) => parameter.shape.join("x") === key);
      const [rows = 0, columns = 0] = ofShape[0]?.parameter.shape ?? [];
      const count = Math.min(ofShape.length, Math.max(1, Math.floor(STACK_BYTES / 4 / (rows * columns))));
      const newtonSchulz = await NewtonSchulz.create(count, { rows, columns }, settings.threads);
      groups.push({ members: ofShape, rows, columns, count, newtonSchulz });
    }
    return new Muon(members, groups, settings);
  }

  get state(): StateTensor[] {
    return this.members.map(({ parameter: { name, shape }, momentum }) => ({
      name: `momentum.${name}`,
      shape,
      data: momentum,
    }));
  }

  async update(learningRate: number): Promise<void> {
    this.step += 1;
    for (const { members, count, newtonSchulz, ...shape } of this.groups) {
      const size = shape.rows * shape.columns;
      const stacked = new Float32Array(count * size);
      const orthogonal = new Float32Array(count * size);
      for (let first = 0; first < members.length; first += count) {
        const together = members.slice(first, first + count);
        for (const [i, member] of together.entries())
          this.moveMomentum(member, stacked.subarray(i * size, (i + 1) * size));
        // What a last, shorter stack leaves over is whatever was there: its results are not read.
        await newtonSchulz.run(stacked, orthogonal);
        for (const [i, { parameter }] of together.entries())
          this.apply(parameter, orthogonal.subarray(i * size, (i + 1) * size), shape, learningRate);
      }
    }
  }

  async dispose(): Promise<void> {
    for (const { newtonSchulz } of this.groups) await newtonSchulz.dispose();
  }

  /** M moves on; Nesterov's look ahead is written to `into`. */
  private moveMomentum({ parameter: { gradient }, momentum }: Member, into: Float32Array): void {
    const { momentum: beta } = this.settings;
    for (let i = 0; i < gradient.length; i++) {
      const g = gradient[i] as number;
      const m = beta * (momentum[i] as number) + (1 - beta) * g;
      momentum[i] = m;
      into[i] = beta * m + (1 - beta) * g;
    }
  }

  private apply(parameter: Parameter, orthogonal: Float32Array, shape: MatrixShape, learningRate: number): void {
    const { data, learningRateScale = 1 } = parameter;
    const rate = learningRate * learningRateScale;
    const step = rate * this.settings.scaleOf(shape);
    const keep = 1 - rate * this.settings.weightDecay;
    for (let i = 0; i < data.length; i++) data[i] = (data[i] as number) * keep - step * (orthogonal[i] as number);
  }
}
