import { realpath } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { AppError } from "@/lib/errors";
import type { ServiceContext } from "../context";

/**
 * The folder of a model or an adapter after following links, which must lie in an allowed root.
 * Errors: `not_found`, and `forbidden` outside the roots. @param what "model" or "adapter"
 */
export async function confineModelPath(ctx: ServiceContext, path: string, what: "model" | "adapter"): Promise<string> {
  const { dataRoots, models, bundledModels, huggingFaceCache } = ctx.paths;
  const real = await realpath(resolve(path)).catch((cause) => {
    throw new AppError("not_found", `There is no ${what} folder ${path.slice(0, 200)}.`, { cause });
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
