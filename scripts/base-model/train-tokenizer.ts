/**
 * @file Trains the bundled model's tokenizer: `npx tsx scripts/base-model/train-tokenizer.ts [--corpus DIR]`.
 * Writes models/tiny-code/tokenizer.json and tokenizer_config.json. Only the train split is looked at.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { createTokenizerConfig } from "@/lib/tokenizers/create-tokenizer-config";
import { trainBpe } from "@/lib/tokenizers/train-bpe";
import { BASE_MODEL, END_OF_TEXT, SPECIAL_TOKENS } from "./base-model-config";
import { readCorpus } from "./read-corpus";

const { values } = parseArgs({
  options: {
    corpus: { type: "string", default: join(tmpdir(), "codetune-corpus") },
    out: { type: "string", default: "models/tiny-code" },
  },
});
const out = resolve(values.out);

async function* texts(): AsyncGenerator<string> {
  for await (const document of readCorpus(resolve(values.corpus), "train")) yield document.text;
}

const tokenizer = await trainBpe(texts(), { vocabularySize: BASE_MODEL.vocab_size, specialTokens: SPECIAL_TOKENS });
const size = Object.keys(tokenizer.model.vocab).length;
if (size !== BASE_MODEL.vocab_size)
  throw new Error(`The corpus gave ${size} tokens instead of ${BASE_MODEL.vocab_size}.`);
await mkdir(out, { recursive: true });
await writeFile(join(out, "tokenizer.json"), `${JSON.stringify(tokenizer, null, 1)}\n`);
const config = createTokenizerConfig({
  bosToken: END_OF_TEXT,
  eosToken: END_OF_TEXT,
  padToken: END_OF_TEXT,
  modelMaxLength: BASE_MODEL.max_position_embeddings,
  additionalSpecialTokens: SPECIAL_TOKENS.slice(1),
});
await writeFile(join(out, "tokenizer_config.json"), `${JSON.stringify(config, null, 2)}\n`);
console.log(`${size} tokens, ${tokenizer.model.merges.length} merges`);
