import type { LocalSource } from "@/lib/contracts/dataset";
import { newId } from "@/lib/contracts/ids";
import { buildDataset } from "@/lib/datasets/build-dataset";
import type { DatasetRow } from "@/lib/db/repositories/datasets";
import type { ServiceContext } from "@/lib/services/context";
import { datasetDir } from "@/lib/services/datasets/dataset-dir";
import { registerDataset } from "@/lib/services/datasets/register-dataset";

/** What a job makes of a source, without a worker. */
export async function buildTestDataset(
  ctx: ServiceContext,
  { name, source }: { name: string; source: LocalSource },
): Promise<DatasetRow> {
  const id = newId("ds");
  const { stats, contentHash } = await buildDataset({ source, outDir: datasetDir(ctx, id) });
  const dataset = { id, name, source, contentHash, stats, createdAt: ctx.now() };
  return ctx.db.transaction((tx) => registerDataset(tx, dataset));
}
