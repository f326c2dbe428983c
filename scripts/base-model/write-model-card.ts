/**
 * @file Writes models/tiny-code/README.md from what was measured:
 * `npx tsx scripts/base-model/write-model-card.ts --measurement FILE [--corpus DIR] [--work DIR]`.
 */
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { expectedWeights } from "@/lib/engine/models/architecture";
import { openArchitecture } from "@/lib/engine/models/open-architecture";
import { BASE_MODEL } from "./base-model-config";
import { BaseProgress } from "./base-training-state";

const Figures = z.object({
  model: z.number(),
  xzPerFile: z.number(),
  xzConcatenated: z.number(),
  gzipPerFile: z.number(),
  gzipConcatenated: z.number(),
  bytesPerToken: z.number(),
  bytes: z.number(),
});
const Measurement = Figures.extend({
  files: z.number(),
  natsPerToken: z.number(),
  languages: z.record(z.string(), Figures),
});
const Split = z.object({
  documents: z.number(),
  bytes: z.number(),
  sha256: z.string(),
  languages: z.record(z.string(), z.number()),
});
const Manifest = z.object({
  train: Split,
  heldOut: Split,
  packages: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      license: z.string(),
      heldOut: z.boolean(),
      documents: z.number(),
      bytes: z.number(),
    }),
  ),
});

const { values } = parseArgs({
  options: {
    measurement: { type: "string", default: join(tmpdir(), "codetune-base", "measurement.json") },
    corpus: { type: "string", default: join(tmpdir(), "codetune-corpus") },
    work: { type: "string", default: join(tmpdir(), "codetune-base") },
    out: { type: "string", default: "models/tiny-code" },
    /** What happened in this training run that the scripts do not tell. */
    note: { type: "string", default: "" },
  },
});
const readJson = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, "utf8"));
const out = resolve(values.out);
const measured = Measurement.parse(await readJson(resolve(values.measurement)));
const manifest = Manifest.parse(await readJson(join(resolve(values.corpus), "manifest.json")));
const progress = BaseProgress.parse(await readJson(join(resolve(values.work), "checkpoint", "progress.json")));
const weights = expectedWeights(await openArchitecture(out));
const parameters = [...weights.values()].reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
const kilobytes = (bytes: number) => String(Math.round(bytes / 1000));
const bits = (value: number) => value.toFixed(3);
const figures = (name: string, item: z.infer<typeof Figures>) =>
  `| ${[name, megabytes(item.bytes), item.bytesPerToken.toFixed(2), `**${bits(item.model)}**`, bits(item.xzConcatenated), bits(item.xzPerFile), bits(item.gzipConcatenated)].join(" | ")} |`;
const packageRows = (heldOut: boolean) =>
  manifest.packages
    .filter((item) => item.heldOut === heldOut && item.documents > 0)
    .map(
      (item) => `| ${item.name} | ${item.version} | ${item.license} | ${item.documents} | ${kilobytes(item.bytes)} |`,
    )
    .join("\n");
const stricter = Math.min(measured.xzConcatenated, measured.xzPerFile);
const verdict =
  measured.model < stricter
    ? `It needs ${Math.round((1 - measured.model / stricter) * 100)} % fewer bits than the stricter of the two xz figures.`
    : "It does not reach xz: the stricter of the two xz figures is lower.";
const passes = progress.cursor.epoch + progress.cursor.taken / manifest.train.documents;
const tableHead = "| Package | Version | Licence | Files | kB |\n|---|---|---|---:|---:|";

const card = `---
license: apache-2.0
language: code
library_name: transformers
pipeline_tag: text-generation
tags: [llama, code, typescript, javascript, python]
---
# tiny-code

The model of the studio's first run: small enough to ship in the repository and to fine-tune on two processor cores in
minutes, so that a newcomer can watch a real training run with no download. It is **not** an assistant and not a
serious completion model: it has learned what TypeScript, JavaScript and Python look like, not what programs mean. It
repeats itself, invents names and can reproduce short passages of its training data. Use it to learn the studio and to
test pipelines; use a larger model for work.

## Model
Llama architecture, ${(parameters / 1e6).toFixed(2)} million parameters (tied embeddings), stored as bfloat16: ${BASE_MODEL.num_hidden_layers} layers, hidden size ${BASE_MODEL.hidden_size}, ${BASE_MODEL.num_attention_heads}
heads of ${BASE_MODEL.head_dim}, feed-forward ${BASE_MODEL.intermediate_size}, context ${BASE_MODEL.max_position_embeddings} tokens, byte-level BPE vocabulary of ${BASE_MODEL.vocab_size} entries trained on the same
text. \`<|endoftext|>\` begins and ends every document. The fill-in-the-middle tokens are in the vocabulary so that a
fine-tuning run can use them; this model was **not** trained on them.

## Measured
Bits per byte on ${measured.files} files of packages that were never trained on (lower is better). Every byte counts: the first
token of a file is predicted from end-of-text, and the end of the file is predicted too. Long files are read in windows
of ${BASE_MODEL.max_position_embeddings} tokens that overlap by half, each token counted once. The weights measured are the bfloat16 ones in this folder.

| Held-out | MB | bytes/token | this model | xz -9e, all in one stream | xz -9e, each file | gzip -9, all in one stream |
|---|---:|---:|---:|---:|---:|---:|
${figures("all", measured)}
${Object.entries(measured.languages)
  .map(([name, item]) => figures(name, item))
  .join("\n")}

${verdict} For comparison with other reports: ${measured.natsPerToken.toFixed(3)} nats per token.

## Training
From scratch with the studio's own engine (method full, fp32, CPU): ${progress.step} steps, ${(progress.tokensSeen / 1e6).toFixed(2)} million tokens with
loss (${passes.toFixed(2)} passes over the text), ${Math.round(progress.trainingSeconds / 60)} minutes of training on a shared two-core machine. Blocks of 256, then 512, then 1,024
tokens, attention kept inside each document; Muon for the matrices inside the layers, AdamW for the embedding and the
norms; warm-up, constant rate, linear decay.${values.note === "" ? "" : `\n\n${values.note}`}

## Data
${manifest.train.documents} files, ${megabytes(manifest.train.bytes)} MB (${Object.entries(manifest.train.languages)
  .map(([name, bytes]) => `${name} ${megabytes(bytes)}`)
  .join(", ")}), from published packages under permissive
licences. Files keep their licence headers. Left out: minified, compiled, generated and vendored files, data tables,
near duplicates, and whatever resembles a held-out file. Licences as the packages' own metadata states them:

${tableHead}
${packageRows(false)}

Held out, never trained on:

${tableHead}
${packageRows(true)}

## Make it again
\`\`\`
npx tsx scripts/base-model/collect-corpus.ts
npx tsx scripts/base-model/train-tokenizer.ts
npx tsx scripts/base-model/train-base.ts --minutes ${Math.round(progress.trainingSeconds / 60)}
npx tsx scripts/base-model/export-base.ts
npx tsx scripts/base-model/measure-bits-per-byte.ts --out ${"$"}{TMPDIR:-/tmp}/codetune-base/measurement.json
npx tsx scripts/base-model/write-model-card.ts
\`\`\`
The list of packages is pinned, and the collected text is the same if this is its hash: train
\`${manifest.train.sha256}\`, held-out
\`${manifest.heldOut.sha256}\`. The schedule goes by time, so another machine sees another number of tokens and ends
at slightly different weights; \`--steps N\` makes it go by steps instead.
`;

await writeFile(join(out, "README.md"), card);
console.log(`${join(out, "README.md")}: ${card.length} characters`);
