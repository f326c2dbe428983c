/** @file `tsx write-shape.ts <folder>`: SmolLM2-135M's shape with random float32 weights, which cost as much to train as real ones. */
import { writeRandomModel } from "@/lib/engine/testing/random-model";

const SMOLLM2_135M = {
  hidden_size: 576,
  intermediate_size: 1536,
  num_hidden_layers: 30,
  num_attention_heads: 9,
  num_key_value_heads: 3,
  vocab_size: 49152,
  max_position_embeddings: 2048,
  rms_norm_eps: 1e-5,
  tie_word_embeddings: true,
};

const [folder] = process.argv.slice(2);
if (!folder) throw new Error("usage: write-shape.ts <folder>");
await writeRandomModel(folder, SMOLLM2_135M, { deviation: 0.05 });
console.log(JSON.stringify({ folder }));
