/**
 * @file Writes the trained weights into models/tiny-code as bfloat16 beside the tokenizer:
 * `npx tsx scripts/base-model/export-base.ts [--work DIR] [--out DIR]`. Then measure, then write-model-card.ts.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { loadWeights } from "@/lib/engine/executor/load-weights";
import { expectedWeights } from "@/lib/engine/models/architecture";
import { openArchitecture } from "@/lib/engine/models/open-architecture";
import { writeSafetensors } from "@/lib/engine/safetensors/write-safetensors";
import { BASE_MODEL } from "./base-model-config";
import { BaseProgress } from "./base-training-state";

const { values } = parseArgs({
  options: {
    work: { type: "string", default: join(tmpdir(), "codetune-base") },
    out: { type: "string", default: "models/tiny-code" },
  },
});
const checkpoint = join(resolve(values.work), "checkpoint");
const out = resolve(values.out);
const architecture = await openArchitecture(checkpoint);
const weights = await loadWeights(checkpoint, architecture);
const tensors = [...expectedWeights(architecture)].map(([name, shape]) => ({
  name,
  shape,
  data: weights.get(name) as Float32Array,
}));
await mkdir(out, { recursive: true });
await writeFile(join(out, "config.json"), `${JSON.stringify(BASE_MODEL, null, 2)}\n`);
const generation = { bos_token_id: 0, eos_token_id: 0, pad_token_id: 0, do_sample: false, max_new_tokens: 128 };
await writeFile(join(out, "generation_config.json"), `${JSON.stringify(generation, null, 2)}\n`);
await writeSafetensors(join(out, "model.safetensors"), tensors, { dtype: "BF16" });
const progress = BaseProgress.parse(JSON.parse(await readFile(join(checkpoint, "progress.json"), "utf8")));
const parameters = tensors.reduce((sum, { data }) => sum + data.length, 0);
const { step, tokensSeen, trainingSeconds } = progress;
console.log(JSON.stringify({ parameters, step, tokensSeen, trainingSeconds }));
