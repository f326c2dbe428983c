import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import type { LocalSource } from "@/lib/contracts/dataset";
import { AppError } from "@/lib/errors";
import type { ServiceContext } from "@/lib/services/context";
import { createJob } from "@/lib/services/jobs/create-job";
import { followJob } from "./follow-job";
import { say } from "./say";

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A path rather than an id or a name: it has a slash, or ends like a data file. */
const looksLikePath = (text: string): boolean => /^\.{0,2}[\\/]|[\\/]|\.jsonl$/.test(text);

/**
 * The settings with a dataset that exists. A folder or .jsonl file, from `--data` or as the configuration's own
 * `dataset_name`, becomes a dataset first: a new version of it where the data has changed. Paths go from the working directory. Throws AppError `invalid_input`.
 */
export async function withDataset(
  ctx: ServiceContext,
  settings: unknown,
  { dataPath, isJson }: { dataPath?: string | undefined; isJson: boolean },
): Promise<unknown> {
  if (!isObject(settings)) throw new AppError("invalid_input", "A run configuration is an object of settings.");
  const named = settings["dataset_name"];
  const isPath = typeof named === "string" && looksLikePath(named) && existsSync(named);
  const path = dataPath ?? (isPath ? named : undefined);
  if (path === undefined) return settings;
  const source = await sourceOf(path);
  say(`Reading ${source.path} …`);
  const name = basename(source.path);
  const { id: jobId } = await createJob(ctx, { spec: { kind: "dataset-build", name, source } });
  const job = await followJob(ctx, { jobId, isJson });
  if (job.result !== null) return { ...settings, dataset_name: job.result.id };
  const why = job.error ?? `${job.title} was ${job.status}.`;
  throw new AppError("precondition_failed", why);
}

async function sourceOf(path: string): Promise<LocalSource> {
  const absolute = resolve(path);
  const info = await stat(absolute).catch(() => null);
  if (info === null) throw new AppError("invalid_input", `There is no folder or file ${absolute}; correct the path.`);
  return { kind: info.isDirectory() ? "folder" : "jsonl", path: absolute };
}
