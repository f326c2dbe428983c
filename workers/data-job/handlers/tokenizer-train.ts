import { createHash } from "node:crypto";
import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DataJobOutcome } from "@/lib/contracts/data-job";
import { specialTokensOf, type TokenizerTrainSpec } from "@/lib/contracts/jobs/tokenizer-train";
import type { TokenizerManifest } from "@/lib/contracts/tokenizer";
import { readDatasetSummary } from "@/lib/datasets/dataset-folder";
import { readDocuments } from "@/lib/datasets/read-documents";
import { textOfDocument } from "@/lib/datasets/text-of-document";
import { writeFolder } from "@/lib/datasets/write-folder";
import { AppError } from "@/lib/errors";
import { createTokenizerConfig } from "@/lib/tokenizers/create-tokenizer-config";
import { loadTokenizer } from "@/lib/tokenizers/load-tokenizer";
import { trainTokenizer } from "@/lib/tokenizers/train-tokenizer";
import type { JobEnv } from "../job-env";

/** Positions are the model's matter; transformers wants a number, and takes this one for "no limit". */
const NO_LIMIT = 1_000_000_000;

/** Errors: those of damaged datasets; `conflict` for a name that is taken; `invalid_input` where there is no text. */
export async function tokenizerTrain(spec: TokenizerTrainSpec, env: JobEnv): Promise<DataJobOutcome> {
  const target = join(env.paths.tokenizers, spec.name);
  const taken = () => new AppError("conflict", `There is a tokenizer ${spec.name} already; choose another name.`);
  if ((await stat(target).catch(() => null)) !== null) throw taken();
  const folders = spec.datasets.map((id) => ({ id, folder: join(env.paths.datasets, id) }));
  const summaries = await Promise.all(folders.map(({ folder }) => readDatasetSummary(folder)));
  const total = summaries.reduce((sum, { documentsBytes }) => sum + documentsBytes, 0);
  const read = { documents: 0, bytes: 0 };
  async function* texts(): AsyncGenerator<string> {
    for (const { folder } of folders) {
      for await (const document of readDocuments(folder, env.signal)) {
        // What is held back for evaluation is not looked at.
        if (document.split === "eval") continue;
        const text = textOfDocument(document);
        read.documents++;
        read.bytes += Buffer.byteLength(text);
        env.onProgress({ stage: "Counting words", done: Math.min(read.bytes, total), total, unit: "bytes" });
        yield text;
      }
    }
    if (read.bytes === 0)
      throw new AppError("invalid_input", "The datasets have no text to learn from; choose others or more.");
  }
  const specialTokens = specialTokensOf(spec);
  const tokenizer = await trainTokenizer(texts(), {
    model: spec.model,
    split: spec.split,
    vocabularySize: spec.vocabulary_size,
    minFrequency: spec.min_frequency,
    specialTokens,
    signal: env.signal,
    onProgress: (share) =>
      env.onProgress({ stage: "Learning tokens", done: Math.round(share * 100), total: 100, unit: "steps" }),
  });
  const [end = "<|endoftext|>"] = specialTokens;
  const json = `${JSON.stringify(tokenizer, null, 1)}\n`;
  const unknown = tokenizer.added_tokens[0]?.content;
  const config = {
    ...createTokenizerConfig({
      bosToken: end,
      eosToken: end,
      padToken: end,
      modelMaxLength: NO_LIMIT,
      additionalSpecialTokens: specialTokens.slice(1),
    }),
    unk_token: spec.model === "bpe" ? null : unknown,
  };
  await writeFolder(
    target,
    async (folder) => {
      await writeFile(join(folder, "tokenizer.json"), json);
      await writeFile(join(folder, "tokenizer_config.json"), `${JSON.stringify(config, null, 2)}\n`);
      // Read back as everyone else will read it.
      const { vocabularySize } = await loadTokenizer(folder);
      const manifest: TokenizerManifest = {
        version: 1,
        name: spec.name,
        createdAt: new Date().toISOString(),
        contentHash: createHash("sha256").update(json).digest("hex"),
        model: spec.model,
        split: spec.model === "bpe" ? spec.split : null,
        vocabularySize,
        askedSize: spec.vocabulary_size,
        minFrequency: spec.min_frequency,
        specialTokens: tokenizer.added_tokens.map(({ content }) => content),
        ...read,
        parents: folders.map(({ id }, index) => ({ datasetId: id, contentHash: summaries[index]?.contentHash ?? "" })),
      };
      await writeFile(join(folder, "codetune.json"), `${JSON.stringify(manifest, null, 2)}\n`);
      env.log(`${vocabularySize} tokens from ${read.documents} documents, ${read.bytes} bytes`);
    },
    () => Promise.reject(taken()),
  );
  return { tokenizer: { id: spec.name, name: spec.name } };
}
