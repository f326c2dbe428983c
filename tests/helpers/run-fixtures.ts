import { newId } from "@/lib/contracts/ids";
import { RunConfig } from "@/lib/contracts/run-config";
import type { MetricFrame } from "@/lib/contracts/trainer-protocol";
import { insertDataset } from "@/lib/db/repositories/datasets";
import { insertRun } from "@/lib/db/repositories/runs";
import type { Db } from "@/lib/db/types";

export const testConfig = (overrides: Partial<RunConfig> = {}): RunConfig =>
  RunConfig.parse({ model_type: "codetune/test", dataset_name: "test-data", warmup_steps: 0, ...overrides });

/** A dataset row without files. */
export async function addDataset(db: Db, name = "test-data"): Promise<string> {
  const id = newId("ds");
  await db.transaction((tx) =>
    insertDataset(tx, {
      id,
      name,
      source: { kind: "folder", path: "/nowhere" },
      contentHash: "0".repeat(64),
      stats: { documents: 0, bytes: 0, languages: {}, skipped: {} },
      createdAt: new Date(),
    }),
  );
  return id;
}

/** A queued run. */
export async function addRun(
  db: Db,
  options: { datasetId: string; createdAt?: Date; config?: RunConfig; name?: string },
): Promise<string> {
  const id = newId("run");
  const createdAt = options.createdAt ?? new Date();
  const config = options.config ?? testConfig();
  await db.transaction((tx) =>
    insertRun(tx, {
      id,
      configId: newId("cfg"),
      name: options.name ?? "test",
      config,
      datasetId: options.datasetId,
      createdAt,
    }),
  );
  return id;
}

export const metricFrame = (step: number, overrides: Partial<MetricFrame> = {}): MetricFrame => ({
  kind: "metric",
  step,
  epoch: step / 10,
  trainLoss: 3 - step / 10,
  evalLoss: null,
  learningRate: 1e-4,
  gradNorm: 0.5,
  tokensPerSecond: 1000,
  tokensSeen: step * 100,
  peakBytes: 5_000_000_000,
  residentBytes: 4_000_000_000,
  isFinite: true,
  rank: 0,
  ...overrides,
});
