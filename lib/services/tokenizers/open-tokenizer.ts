import { join } from "node:path";
import { AppError } from "@/lib/errors";
import { loadTokenizer } from "@/lib/tokenizers/load-tokenizer";
import type { Tokenizer } from "@/lib/tokenizers/tokenizer";
import type { ServiceContext } from "../context";
import { loadModelTokenizer } from "../datasets/load-model-tokenizer";
import { listTokenizers } from "./list-tokenizers";

/** By the name of one made here, or by a model's id or folder. Throws `not_found` naming the former. */
export async function openTokenizer(ctx: ServiceContext, name: string): Promise<Tokenizer> {
  const own = await listTokenizers(ctx);
  if (own.some((one) => one.name === name)) return loadTokenizer(join(ctx.paths.tokenizers, name));
  try {
    return await loadModelTokenizer(ctx, name);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "not_found") throw error;
    const known = own.map((one) => one.name).join(", ") || "none yet";
    throw new AppError("not_found", `${error.message} Tokenizers made here: ${known}.`, { cause: error });
  }
}
