/** @file Everything the base training carries from step to step, and its checkpoint: a model folder with more in it. */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { AdamW } from "@/lib/engine/optim/adamw";
import { CombinedOptimizer } from "@/lib/engine/optim/combined-optimizer";
import { isForMuon, Muon, spectralScale } from "@/lib/engine/optim/muon";
import type { StateTensor } from "@/lib/engine/optim/optimizer";
import { openSafetensors } from "@/lib/engine/safetensors/open-safetensors";
import { writeSafetensors } from "@/lib/engine/safetensors/write-safetensors";
import { replaceFolder } from "@/lib/engine/train/checkpoint";
import type { Parameter } from "@/lib/engine/types";
import { BASE_MODEL } from "./base-model-config";

export interface OptimizerRates {
  /** Embedding and norms. */
  adamw: number;
  /** Matrices inside the blocks. */
  muon: number;
}

const ADAMW = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8 };
const EMBEDDING_WEIGHT_DECAY = 0.1;

export const BaseProgress = z.strictObject({
  step: z.int(),
  tokensSeen: z.int(),
  /** Seconds spent in training steps, over all resumes; the schedule goes by this or by steps. */
  trainingSeconds: z.number(),
  cursor: z.strictObject({
    epoch: z.int(),
    taken: z.int(),
    rows: z.int(),
    lanes: z.array(z.strictObject({ document: z.int(), offset: z.int() })),
  }),
});
export type BaseProgress = z.infer<typeof BaseProgress>;

/** Muon for the blocks' matrices, AdamW for the embedding (tied with the head), AdamW without decay for norms. */
export class BaseOptimizer {
  private constructor(
    private readonly muon: Muon,
    private readonly adamw: CombinedOptimizer,
  ) {}

  static async create(parameters: readonly Parameter[]): Promise<BaseOptimizer> {
    const isNorm = ({ shape }: Parameter) => shape.length === 1;
    const settings = { momentum: 0.95, weightDecay: 0.05, scaleOf: spectralScale, threads: 1 };
    const muon = await Muon.create(parameters.filter(isForMuon), settings);
    const embeddings = parameters.filter((parameter) => !isForMuon(parameter) && !isNorm(parameter));
    const adamw = new CombinedOptimizer([
      new AdamW(embeddings, { ...ADAMW, weightDecay: EMBEDDING_WEIGHT_DECAY }),
      new AdamW(parameters.filter(isNorm), { ...ADAMW, weightDecay: 0 }),
    ]);
    return new BaseOptimizer(muon, adamw);
  }

  async update(rates: OptimizerRates): Promise<void> {
    await this.adamw.update(rates.adamw);
    await this.muon.update(rates.muon);
  }

  /** Every moment under a name of its own; restoring writes into the same arrays. */
  get tensors(): StateTensor[] {
    return [...this.adamw.state, ...this.muon.state];
  }

  /** AdamW corrects its moments by the number of steps. */
  set step(step: number) {
    this.adamw.step = step;
    this.muon.step = step;
  }
}

/** Written aside and renamed, so that a killed process leaves the old checkpoint or the new one. */
export async function saveBaseCheckpoint(
  folder: string,
  parameters: readonly Parameter[],
  optimizer: BaseOptimizer,
  progress: BaseProgress,
): Promise<void> {
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  await writeFile(join(partial, "config.json"), JSON.stringify(BASE_MODEL));
  await writeSafetensors(join(partial, "model.safetensors"), parameters);
  await writeSafetensors(join(partial, "optimizer.safetensors"), optimizer.tensors);
  await writeFile(join(partial, "progress.json"), JSON.stringify(progress));
  await replaceFolder(partial, folder);
}

/** The model itself is read by opening `folder` as a model; this reads the rest. */
export async function restoreBaseCheckpoint(folder: string, optimizer: BaseOptimizer): Promise<BaseProgress> {
  const progress = BaseProgress.parse(JSON.parse(await readFile(join(folder, "progress.json"), "utf8")));
  const file = await openSafetensors(join(folder, "optimizer.safetensors"));
  try {
    for (const { name, data } of optimizer.tensors) data.set(await file.read(name));
  } finally {
    await file.close();
  }
  optimizer.step = progress.step;
  return progress;
}
