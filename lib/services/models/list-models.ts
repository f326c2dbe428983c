import type { ModelView } from "@/lib/contracts/views";
import { listModelFolders } from "@/lib/models-catalog/list-model-folders";
import { readModelFolder } from "@/lib/models-catalog/read-model-folder";
import type { ServiceContext } from "../context";

/** What the log was told; a cache full of models of other kinds would fill it at every call. */
const told = new Set<string>();

/** Models that can be trained: bundled first. One that can't be is left out, and the log says why, once. */
export async function listModels(ctx: ServiceContext): Promise<ModelView[]> {
  const folders = await listModelFolders(ctx.paths);
  const models = await Promise.all(
    folders.map(({ path, id, isBundled }) =>
      readModelFolder(path, id, isBundled).catch((error: unknown) => {
        if (!told.has(path)) ctx.log.warn({ error, path }, "a model folder can't be used");
        told.add(path);
        return null;
      }),
    ),
  );
  return models.filter((model) => model !== null);
}
