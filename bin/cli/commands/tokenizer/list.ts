import type { Command } from "commander";
import { listTokenizers } from "@/lib/services/tokenizers/list-tokenizers";
import { applyOptions, type EnvironmentOptions } from "../../apply-options";
import { withContext } from "../../with-context";

interface ListOptions extends EnvironmentOptions {
  json?: boolean;
}

export function addTokenizerList(tokenizer: Command): void {
  tokenizer
    .command("list")
    .description("tokenizers made here, the newest first")
    .option("--json", "print one JSON array")
    .option("--database-url <url>", "Postgres or libSQL database (default: a file below CODETUNE_HOME)")
    .action(async (options: ListOptions) => {
      const all = await withContext(applyOptions(options), listTokenizers);
      const lines = all.map(
        ({ name, model, vocabularySize, createdAt }) =>
          `${name}  ${model}  ${vocabularySize.toLocaleString("en-US")} tokens  ${createdAt}`,
      );
      const text = lines.join("\n") || "No tokenizers yet; tokenizer train makes one.";
      process.stdout.write(`${options.json ? JSON.stringify(all) : text}\n`);
    });
}
