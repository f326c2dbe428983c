/** @file What each kind of job needs checked before it waits in the queue, where people still have the form before them. */
import type { DataJobSpec } from "@/lib/contracts/data-job";
import type { DeriveOperation } from "@/lib/contracts/derive-operation";
import type { ServiceContext } from "../context";
import { getDatasetRow } from "../datasets/get-dataset-row";
import { findUploadName } from "../datasets/remove-upload";
import { resolvePath, resolveSource } from "../datasets/resolve-source";
import { checkTokenizerTrain } from "../tokenizers/check-tokenizer-train";

export interface CheckedSpec {
  /** With paths that are real, absolute and allowed. */
  spec: DataJobSpec;
  /** What the job is called on screens. */
  title: string;
}

/** Throws AppError with `fieldErrors`, as the form's fields are named. */
export async function checkSpec(ctx: ServiceContext, spec: DataJobSpec): Promise<CheckedSpec> {
  switch (spec.kind) {
    case "dataset-build": {
      const source = await resolveSource(ctx, spec.source);
      const origin = "path" in source ? ((await findUploadName(ctx, source.path)) ?? undefined) : undefined;
      for (const datasetId of spec.settings.near_duplicates_of) await getDatasetRow(ctx, datasetId);
      return { spec: { ...spec, source, origin }, title: `Build ${spec.name}` };
    }
    case "dataset-import": {
      const title = `Import ${spec.name}`;
      if (spec.source.kind !== "file") return { spec, title };
      const source = await resolvePath(ctx, spec.source);
      return { spec: { ...spec, source, origin: (await findUploadName(ctx, source.path)) ?? undefined }, title };
    }
    case "dataset-derive":
      return { spec: { ...spec, operation: await withIds(ctx, spec.operation) }, title: `Make ${spec.name}` };
    case "hub-download":
      return { spec, title: `Download ${spec.repo}` };
    case "tokenizer-train":
      return { spec: await checkTokenizerTrain(ctx, spec), title: `Train tokenizer ${spec.name}` };
    default:
      return spec satisfies never;
  }
}

/** Names may mean another version by the time that the job runs; ids don't. Throws `not_found`. */
async function withIds(ctx: ServiceContext, operation: DeriveOperation): Promise<DeriveOperation> {
  const idOf = async (dataset: string) => (await getDatasetRow(ctx, dataset)).id;
  if (operation.kind !== "mix") return { ...operation, dataset: await idOf(operation.dataset) };
  const parts = await Promise.all(
    operation.parts.map(async (part) => ({ ...part, dataset: await idOf(part.dataset) })),
  );
  return { ...operation, parts };
}
