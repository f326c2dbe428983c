import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import type { DatasetSource } from "@/lib/contracts/dataset";
import { AppError } from "@/lib/errors";
import type { ServiceContext } from "@/lib/services/context";
import { createDataset } from "@/lib/services/datasets/create-dataset";
import { say } from "./say";

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A path rather than an id or a name: it has a slash, or ends like a data file. */
const looksLikePath = (text: string): boolean => /^\.{0,2}[\\/]|[\\/]|\.jsonl$/.test(text);

/**
 * The settings with a dataset that exists. A folder or .jsonl file, from `--data` or as the configuration's own
 * `dataset_name`, becomes a dataset first. Paths go from the working directory. Throws AppError `invalid_input`.
 */
export async function withDataset(ctx: ServiceContext, settings: unknown, dataPath?: string): Promise<unknown> {
  if (!isObject(settings)) throw new AppError("invalid_input", "A run configuration is an object of settings.");
  const named = settings["dataset_name"];
  const isPath = typeof named === "string" && looksLikePath(named) && existsSync(named);
  const path = dataPath ?? (isPath ? named : undefined);
  if (path === undefined) return settings;
  const source = await sourceOf(path);
  say(`Reading ${source.path} …`);
  const name = basename(source.path);
  const { id } = await createDataset(ctx, { name, source }).catch((error: unknown) => {
    if (!(error instanceof AppError && error.code === "conflict")) throw error;
    // The folder has changed since a dataset was made of it: that one stays as it is, this is another.
    return createDataset(ctx, { name: `${name} ${ctx.now().toISOString().slice(0, 19)}`, source });
  });
  return { ...settings, dataset_name: id };
}

async function sourceOf(path: string): Promise<DatasetSource> {
  const absolute = resolve(path);
  const info = await stat(absolute).catch(() => null);
  if (info === null) throw new AppError("invalid_input", `There is no folder or file ${absolute}; correct the path.`);
  return { kind: info.isDirectory() ? "folder" : "jsonl", path: absolute };
}
