import type { TokenizerManifest } from "@/lib/contracts/tokenizer";
import { AppError } from "@/lib/errors";
import type { ServiceContext } from "../context";
import { listTokenizers } from "./list-tokenizers";

/** Throws `not_found` naming those that there are. */
export async function getTokenizer(ctx: ServiceContext, { name }: { name: string }): Promise<TokenizerManifest> {
  const all = await listTokenizers(ctx);
  const found = all.find((one) => one.name === name);
  if (found !== undefined) return found;
  const known = all.map((one) => one.name).join(", ") || "none yet";
  throw new AppError("not_found", `There is no tokenizer ${name.slice(0, 100)}; known tokenizers: ${known}.`);
}
