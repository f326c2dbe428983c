import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import { AppError } from "@/lib/errors";
import type { ServiceContext } from "../context";
import { isInside } from "../is-inside";

/**
 * The folder of a model or an adapter after following links, which must lie in an allowed root before and after.
 * Errors: `not_found`, and `forbidden` outside the roots. @param what "model" or "adapter"
 */
export async function confineModelPath(ctx: ServiceContext, path: string, what: "model" | "adapter"): Promise<string> {
  const { dataRoots, models, bundledModels, huggingFaceCache } = ctx.paths;
  const roots = [...dataRoots, models, bundledModels, huggingFaceCache];
  const shown = path.slice(0, 200);
  const outside = () =>
    new AppError(
      "forbidden",
      `${shown} lies outside the folders that may be read; add its folder to CODETUNE_DATA_ROOTS.`,
    );
  // Before the disk is asked: else the answers would tell which folders exist outside.
  if (!(await isInside(roots, resolve(path)))) throw outside();
  const real = await realpath(resolve(path)).catch((cause) => {
    throw new AppError("not_found", `There is no ${what} folder ${shown}.`, { cause });
  });
  if (!(await isInside(roots, real))) throw outside();
  return real;
}
