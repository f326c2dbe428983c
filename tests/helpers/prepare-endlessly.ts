/** @file A process for the kill test: builds datasets and prepares blocks until it is killed. Prints a line for each. */
import { join } from "node:path";
import { buildDataset } from "@/lib/datasets/build-dataset";
import { prepareBlocks } from "@/lib/datasets/prepare-blocks";
import { loadTokenizer } from "@/lib/tokenizers/load-tokenizer";

const [source, out, modelDir] = process.argv.slice(2) as [string, string, string];

async function run(): Promise<void> {
  const tokenizer = await loadTokenizer(modelDir);
  for (let i = 0; ; i++) {
    const datasetDir = join(out, `${process.pid}-${i}`);
    const { contentHash } = await buildDataset({ source: { kind: "jsonl", path: source }, outDir: datasetDir });
    console.log("built");
    for (let seed = 0; seed < 2; seed++) {
      await prepareBlocks({
        datasetDir,
        datasetId: "ds",
        contentHash,
        tokenizer,
        blockLength: 128,
        evalSplit: 0.2,
        seed,
      });
      console.log("prepared");
    }
  }
}

run().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
