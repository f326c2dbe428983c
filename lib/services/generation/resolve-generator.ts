import { stat } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "@/lib/errors";
import type { ServiceContext } from "../context";
import { confineModelPath } from "../models/confine-model-path";
import { getModel } from "../models/get-model";
import { requireRun } from "../runs/require-run";

/** A model with or without an adapter, or what a run has made. Paths are absolute. */
export type GeneratorChoice = { modelId: string; adapterPath: string | null } | { runId: string };

export interface GeneratorFolders {
  modelDir: string;
  adapterDir: string | null;
}

/** Throws AppError: unknown model or run, a folder outside the allowed roots, a run without a result. */
export async function resolveGenerator(ctx: ServiceContext, choice: GeneratorChoice): Promise<GeneratorFolders> {
  if (!("runId" in choice)) {
    const { path } = await getModel(ctx, { modelId: choice.modelId });
    const { adapterPath } = choice;
    return { modelDir: path, adapterDir: adapterPath && (await confineModelPath(ctx, adapterPath, "adapter")) };
  }
  const { run, config } = await requireRun(ctx.db, choice.runId);
  const folder = join(ctx.paths.runs, run.id);
  const whole = join(folder, "model");
  if (await isFolder(whole)) return { modelDir: whole, adapterDir: null };
  const adapterDir = join(folder, "adapter");
  if (!(await isFolder(adapterDir))) {
    const message = `The run ${run.name} has no result yet; wait until it is completed, or resume it.`;
    throw new AppError("precondition_failed", message);
  }
  const { path } = await getModel(ctx, { modelId: config.model_type });
  return { modelDir: path, adapterDir };
}

const isFolder = async (path: string): Promise<boolean> => (await stat(path).catch(() => null))?.isDirectory() ?? false;
