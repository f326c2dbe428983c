/** @file Metrics of a run; one row for each step and process, however often a step is repeated after a resume. */
import { sql } from "drizzle-orm";
import type { MetricFrame } from "@/lib/contracts/trainer-protocol";
import type { Tables, Tx } from "../types";

export type MetricRow = Tables["trainingMetric"]["$inferSelect"];

export interface NewMetric {
  id: string;
  runId: string;
  configId: string;
  frame: MetricFrame;
  timestamp: Date;
}

/** A repeated step overwrites its row; an evaluation that the repetition leaves out stays. */
export async function upsertMetric(tx: Tx, { id, runId, configId, frame, timestamp }: NewMetric): Promise<void> {
  const { trainingMetric } = tx.tables;
  const values = {
    epoch: frame.epoch,
    trainLoss: frame.trainLoss,
    evalLoss: frame.evalLoss,
    learningRate: frame.learningRate,
    gradNorm: frame.gradNorm,
    tokensPerSecond: frame.tokensPerSecond,
    tokensSeen: frame.tokensSeen,
    isFinite: frame.isFinite,
    residentBytes: frame.residentBytes ?? null,
    timestamp,
  };
  await tx.orm
    .insert(trainingMetric)
    .values({ id, runId, configId, step: frame.step, processRank: frame.rank, ...values })
    .onConflictDoUpdate({
      target: [trainingMetric.runId, trainingMetric.step, trainingMetric.processRank],
      set: { ...values, evalLoss: sql`coalesce(excluded.eval_loss, ${trainingMetric.evalLoss})` },
    });
}
