import { stat } from "node:fs/promises";
import { join } from "node:path";
import { loadTokenizer } from "@/lib/tokenizers/load-tokenizer";
import type { Tokenizer } from "@/lib/tokenizers/tokenizer";
import type { ServiceContext } from "../context";
import { getModel } from "../models/get-model";

const MAX_KEPT = 3;

/** Parsing a large tokenizer takes a second, so the last few are kept; a changed file is read again. */
const kept = new Map<string, Promise<Tokenizer>>();

/** Errors: those of getModel and loadTokenizer. */
export async function loadModelTokenizer(ctx: ServiceContext, modelId: string): Promise<Tokenizer> {
  const { path } = await getModel(ctx, { modelId });
  const stamps = ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "config.json"].map(
    async (name) => {
      const info = await stat(join(path, name)).catch(() => null);
      return info === null ? "" : `${info.size} ${info.mtimeMs} ${info.ino}`;
    },
  );
  const key = [path, ...(await Promise.all(stamps))].join("\n");
  const known = kept.get(key);
  if (known !== undefined) return known;
  const loading = loadTokenizer(path);
  kept.set(key, loading);
  loading.catch(() => kept.delete(key));
  for (const oldest of kept.keys()) {
    if (kept.size <= MAX_KEPT) break;
    kept.delete(oldest);
  }
  return loading;
}
