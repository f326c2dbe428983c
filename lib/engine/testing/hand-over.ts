/** @file For tests/oracle/trained_adapters.py. Not part of the product. */
import { join } from "node:path";
import type { OpenedModel } from "../executor/open-model";
import { writeSafetensors } from "../safetensors/write-safetensors";
import { saveResult } from "../train/save-result";

/** Writes trained/adapter as a run hands it over, and trained/logits.safetensors, which peft shall find with it. */
export async function handOver(folder: string, modelDir: string, model: OpenedModel, sequences: number[][]) {
  const runDir = join(folder, "trained");
  await saveResult({ runDir, modelDir, model });
  const rows: Float32Array[] = [];
  for (const tokens of sequences)
    for (let i = 1; i <= tokens.length; i++)
      rows.push((await model.openCompletion(Int32Array.from(tokens.slice(0, i)))).logits);
  const shape = [sequences.length, sequences[0]?.length ?? 0, model.architecture.shape.vocabularySize];
  const data = Float32Array.from(rows.flatMap((row) => [...row]));
  await writeSafetensors(join(runDir, "logits.safetensors"), [{ name: "logits", shape, data }]);
}
