/** @file The process that generates text: see lib/contracts/generate-protocol.ts for what it reads and says. */
import { openGenerator } from "@/lib/engine/generate/open-generator";
import { chooseDevice } from "@/lib/engine/runtime/choose-device";
import { findFimTokens } from "@/lib/tokenizers/fim-presets";
import { findEndTokens } from "@/lib/tokenizers/find-end-tokens";
import { loadTokenizer } from "@/lib/tokenizers/load-tokenizer";
import { readRequests } from "./read-requests";
import { RequestServer } from "./request-server";

// Ctrl-C in a terminal reaches this process too; whoever started it says what is to be done.
process.on("SIGINT", () => {});
// Nobody reads any more: standard input ends as well, and with it the process.
process.stdout.on("error", () => {});

const server = new RequestServer(
  async ({ modelDir, adapterDir, device: wanted, precision }) => {
    const { device, message } = await chooseDevice(wanted);
    if (message) console.error(message);
    const tokenizer = await loadTokenizer(modelDir);
    const endTokens = await findEndTokens(modelDir, tokenizer);
    const model = await openGenerator({ modelDir, adapterDir, device, precision });
    return { model, tokenizer, endTokens, fim: findFimTokens(tokenizer) };
  },
  (reply) => process.stdout.write(`${JSON.stringify(reply)}\n`),
);
await readRequests(process.stdin, (request) => server.take(request));
// What is at work has no reader any more.
process.exit(0);
