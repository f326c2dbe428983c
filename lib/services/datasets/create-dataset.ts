import { rm } from "node:fs/promises";
import { z } from "zod";
import { DatasetSource } from "@/lib/contracts/dataset";
import { idSchema } from "@/lib/contracts/ids";
import { fieldErrorsOf } from "@/lib/contracts/run-config";
import type { DatasetDetailView } from "@/lib/contracts/views";
import { findDatasetByName } from "@/lib/db/repositories/datasets";
import { AppError } from "@/lib/errors";
import type { ServiceContext } from "../context";
import { buildInto } from "./build-into";
import { datasetDir } from "./dataset-dir";
import { REPOSITORY_DATASET_NAME } from "./ensure-repository-dataset";
import { getDataset } from "./get-dataset";
import { findUploadName, removeUpload } from "./remove-upload";
import { resolveSource } from "./resolve-source";

const NewDataset = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1, "give it a name")
    .max(200, "must have at most 200 characters")
    .refine((name) => !idSchema("ds").safeParse(name).success, "must not look like an id")
    .refine((name) => name !== REPOSITORY_DATASET_NAME, "is the name of the dataset that is always there"),
  source: DatasetSource,
});

/**
 * Reads the source, writes the dataset's files and lists it. The same data under the same name again is the dataset that
 * is there already. An upload is gone afterwards, also when this fails; what stays of it is its name. Errors: those of
 * resolveSource and buildDataset; `invalid_input` and `conflict` (the name is taken by other data), with the messages per
 * field.
 */
export async function createDataset(
  ctx: ServiceContext,
  input: { name: string; source: DatasetSource },
): Promise<DatasetDetailView> {
  const parsed = NewDataset.safeParse(input);
  if (!parsed.success) {
    const fieldErrors = fieldErrorsOf(parsed.error);
    const problems = Object.entries(fieldErrors).map(([field, messages]) => `${field} ${messages.join(" and ")}`);
    throw new AppError("invalid_input", `Check the dataset: ${problems.join("; ")}.`, { fieldErrors });
  }
  const { name } = parsed.data;
  const source = await resolveSource(ctx, parsed.data.source);
  const origin = (await findUploadName(ctx, source.path)) ?? undefined;
  const built = await buildInto(ctx, { name, source, origin }).finally(() => removeUpload(ctx, source.path));
  if (built.inserted !== null) return getDataset(ctx, { datasetId: built.inserted.id });
  await rm(datasetDir(ctx, built.id), { recursive: true, force: true });
  const existing = await findDatasetByName(ctx.db, name);
  if (existing?.contentHash === built.contentHash) return getDataset(ctx, { datasetId: existing.id });
  const message = `There is a dataset named ${name} with other data; choose another name.`;
  throw new AppError("conflict", message, { fieldErrors: { name: ["is taken by other data; choose another name"] } });
}
