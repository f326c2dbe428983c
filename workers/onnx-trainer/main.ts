/** @file The ONNX trainer process: see lib/contracts/trainer-protocol.ts for what it reads and says. */
import { createRequire } from "node:module";
import { openTrainableModel } from "@/lib/engine/executor/open-model";
import { chooseDevice } from "@/lib/engine/runtime/choose-device";
import { fimPrompt, findFimTokens } from "@/lib/tokenizers/fim-presets";
import { loadTokenizer } from "@/lib/tokenizers/load-tokenizer";
import { runTrainer } from "./run-trainer";

const { version } = createRequire(import.meta.url)("onnxruntime-node/package.json") as { version: string };

const exitCode = await runTrainer(process.argv[2], {
  openModel: async ({ device: wanted, log, ...options }) => {
    const { device, message } = await chooseDevice(wanted);
    if (message) log(message);
    return openTrainableModel({ ...options, device });
  },
  loadTokenizer: async (modelDir) => {
    const tokenizer = await loadTokenizer(modelDir);
    const fim = findFimTokens(tokenizer);
    return {
      ...tokenizer,
      fillIn:
        fim &&
        ((prefix, suffix, maxTokens) => ({ ids: fimPrompt(fim, { prefix, suffix, maxTokens }), ends: fim.ends })),
    };
  },
  versions: { node: process.versions.node, onnxruntime: version },
});
// Standard input would keep the process alive as long as the parent holds it open.
process.exit(exitCode);
