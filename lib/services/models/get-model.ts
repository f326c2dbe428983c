import { realpath } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";
import type { ModelView } from "@/lib/contracts/views";
import { AppError } from "@/lib/errors";
import { listModelFolders } from "@/lib/models-catalog/list-model-folders";
import { readModelFolder } from "@/lib/models-catalog/read-model-folder";
import type { ServiceContext } from "../context";

/** By id, or by the absolute path of a model folder inside the allowed roots. Throws `not_found` naming the known ids. */
export async function getModel(ctx: ServiceContext, { modelId }: { modelId: string }): Promise<ModelView> {
  if (isAbsolute(modelId)) return readModelFolder(await confine(ctx, modelId), modelId, false);
  const folders = await listModelFolders(ctx.paths);
  const folder = folders.find(({ id }) => id === modelId);
  if (folder !== undefined) return readModelFolder(folder.path, folder.id, folder.isBundled);
  const known = folders.map(({ id }) => id).join(", ") || "none";
  throw new AppError("not_found", `There is no model ${modelId.slice(0, 200)} here; known models: ${known}.`);
}

/** The folder after following links, which must lie in an allowed root. */
async function confine(ctx: ServiceContext, path: string): Promise<string> {
  const { dataRoots, models, bundledModels, huggingFaceCache } = ctx.paths;
  const real = await realpath(resolve(path)).catch((cause) => {
    throw new AppError("not_found", `There is no model folder ${path.slice(0, 200)}.`, { cause });
  });
  for (const root of [...dataRoots, models, bundledModels, huggingFaceCache]) {
    const way = relative(await realpath(root).catch(() => root), real);
    if (way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way))) return real;
  }
  throw new AppError(
    "forbidden",
    `${path.slice(0, 200)} lies outside the folders that may be read; add its folder to CODETUNE_DATA_ROOTS.`,
  );
}
