/** @file The tokens at which a model's text ends. */
import { join } from "node:path";
import { z } from "zod";
import { findBoundedJson } from "./read-bounded-json";
import type { Tokenizer } from "./tokenizer";

const MAX_BYTES = 8_000_000;
const id = z.int().min(0);
const EndTokens = z.object({ eos_token_id: z.union([id.transform((one) => [one]), z.array(id)]) });

/**
 * Those that `generation_config.json` and `config.json` name, as transformers takes them, and the tokenizer's own.
 * Errors: `invalid_input` when one of the files is no JSON.
 */
export async function findEndTokens(modelDir: string, tokenizer: Pick<Tokenizer, "eosTokenId">): Promise<Set<number>> {
  const ends = new Set([tokenizer.eosTokenId]);
  for (const name of ["generation_config.json", "config.json"]) {
    const file = await findBoundedJson(join(modelDir, name), MAX_BYTES);
    for (const end of EndTokens.safeParse(file?.value).data?.eos_token_id ?? []) ends.add(end);
  }
  return ends;
}
