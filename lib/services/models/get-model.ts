import { isAbsolute } from "node:path";
import type { ModelView } from "@/lib/contracts/views";
import { AppError } from "@/lib/errors";
import { listModelFolders } from "@/lib/models-catalog/list-model-folders";
import { readModelFolder } from "@/lib/models-catalog/read-model-folder";
import type { ServiceContext } from "../context";
import { confineModelPath } from "./confine-model-path";

/** By id, or by the absolute path of a model folder inside the allowed roots. Throws `not_found` naming the known ids. */
export async function getModel(ctx: ServiceContext, { modelId }: { modelId: string }): Promise<ModelView> {
  if (isAbsolute(modelId)) return readModelFolder(await confineModelPath(ctx, modelId, "model"), modelId, false);
  const folders = await listModelFolders(ctx.paths);
  const folder = folders.find(({ id }) => id === modelId);
  if (folder !== undefined) return readModelFolder(folder.path, folder.id, folder.isBundled);
  const known = folders.map(({ id }) => id).join(", ") || "none";
  throw new AppError("not_found", `There is no model ${modelId.slice(0, 200)} here; known models: ${known}.`);
}
