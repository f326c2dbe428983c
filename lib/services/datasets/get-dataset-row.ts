import { type DatasetRow, findDataset } from "@/lib/db/repositories/datasets";
import { AppError } from "@/lib/errors";
import type { ServiceContext } from "../context";

/** By id or name. Throws `not_found`. */
export async function getDatasetRow(ctx: ServiceContext, idOrName: string): Promise<DatasetRow> {
  const row = await findDataset(ctx.db, idOrName);
  if (row === null) {
    throw new AppError("not_found", `There is no dataset ${idOrName.slice(0, 200)}; add it under Datasets first.`);
  }
  return row;
}
