import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { TokenizerManifest } from "@/lib/contracts/tokenizer";
import { findBoundedJson } from "@/lib/tokenizers/read-bounded-json";
import type { ServiceContext } from "../context";

const MAX_MANIFEST_BYTES = 4_000_000;

/** Tokenizers made here, newest first; a folder without a readable manifest is left out. */
export async function listTokenizers({ paths, log }: ServiceContext): Promise<TokenizerManifest[]> {
  const names = await readdir(paths.tokenizers).catch(() => []);
  const found = await Promise.all(
    names
      .filter((name) => !name.startsWith("."))
      .map(async (name) => {
        const path = join(paths.tokenizers, name, "codetune.json");
        const file = await findBoundedJson(path, MAX_MANIFEST_BYTES).catch(() => null);
        const manifest = TokenizerManifest.safeParse(file?.value).data;
        if (manifest?.name === name) return manifest;
        log.debug({ path }, "a tokenizer folder has no manifest");
        return null;
      }),
  );
  return found
    .filter((manifest) => manifest !== null)
    .sort((a, b) => (a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : 0));
}
