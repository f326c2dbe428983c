/**
 * @file Measures a model folder on the held-out packages and compares it with xz:
 * `npx tsx scripts/base-model/measure-bits-per-byte.ts [model folder] [--corpus DIR] [--out FILE]`.
 * Prints one JSON object; exits 1 when the model needs more bits than the stricter xz figure.
 */
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { openTrainableModel } from "@/lib/engine/executor/open-model";
import { Rng } from "@/lib/engine/optim/rng";
import { loadTokenizer } from "@/lib/tokenizers/load-tokenizer";
import { BASE_MODEL, FULL_TRAINING } from "./base-model-config";
import { measureBitsPerByte } from "./bits-per-byte";
import { measureCompressors } from "./compressed-bits-per-byte";
import { readCorpus } from "./read-corpus";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    corpus: { type: "string", default: join(tmpdir(), "codetune-corpus") },
    context: { type: "string", default: String(BASE_MODEL.max_position_embeddings) },
    out: { type: "string" },
  },
});
const modelDir = resolve(positionals[0] ?? "models/tiny-code");
const tokenizer = await loadTokenizer(modelDir);
const model = await openTrainableModel({
  modelDir,
  config: FULL_TRAINING,
  rng: Rng.seeded(0),
  device: "cpu",
});
const byLanguage = new Map<string, { name: string; text: string; language: string }[]>();
for await (const document of readCorpus(resolve(values.corpus), "held-out")) {
  byLanguage.set(document.language, [...(byLanguage.get(document.language) ?? []), document]);
}
const languages: Record<string, object> = {};
let nats = 0;
let bytes = 0;
let tokens = 0;
for (const [language, documents] of [...byLanguage].sort()) {
  const result = await measureBitsPerByte(model, tokenizer, documents, Number(values.context));
  const { bitsPerByte } = result;
  languages[language] = {
    model: bitsPerByte,
    ...(await measureCompressors(documents)),
    bytes: result.bytes,
    bytesPerToken: result.bytes / result.tokens,
  };
  nats += result.nats;
  bytes += result.bytes;
  tokens += result.tokens;
}
await model.dispose();
const bitsPerByte = nats / Math.LN2 / bytes;
const compressors = await measureCompressors([...byLanguage.values()].flat());
const report = {
  files: [...byLanguage.values()].flat().length,
  bytes,
  tokens,
  bytesPerToken: bytes / tokens,
  natsPerToken: nats / tokens,
  model: bitsPerByte,
  ...compressors,
  isBelowXz: bitsPerByte < Math.min(compressors.xzPerFile, compressors.xzConcatenated),
  languages,
};
const text = JSON.stringify(report, null, 2);
console.log(text);
if (values.out !== undefined) await writeFile(resolve(values.out), `${text}\n`);
if (!report.isBelowXz) process.exitCode = 1;
