import type { Command } from "commander";
import type { TokenizerComparison } from "@/lib/contracts/tokenizer";
import { compareTokenizers } from "@/lib/services/tokenizers/compare-tokenizers";
import { applyOptions, type EnvironmentOptions } from "../../apply-options";
import { withContext } from "../../with-context";

interface CompareOptions extends EnvironmentOptions {
  on: string;
  json?: boolean;
}

export function addTokenizerCompare(tokenizer: Command): void {
  tokenizer
    .command("compare")
    .description("how many tokens each makes of a sample of a dataset, by language")
    .argument("<tokenizers...>", "names of tokenizers made here, or ids of models")
    .requiredOption("--on <dataset>", "id or name of a dataset")
    .option("--json", "print one JSON object")
    .option("--database-url <url>", "Postgres or libSQL database (default: a file below CODETUNE_HOME)")
    .action(async (tokenizers: string[], options: CompareOptions) => {
      const result = await withContext(applyOptions(options), (ctx) =>
        compareTokenizers(ctx, { dataset: options.on, tokenizers }),
      );
      process.stdout.write(`${options.json ? JSON.stringify(result) : describe(result)}\n`);
    });
}

function describe({ dataset, sample, tokenizers, overlaps }: TokenizerComparison): string {
  const what = `${sample.isAll ? "all" : "a sample"} of ${dataset.name}: ${sample.documents} documents, ${sample.bytes} bytes`;
  const rows = tokenizers.flatMap(({ name, tokens, bytesPerToken, tokensPerLine, blankShare, languages }) => [
    `${name}: ${tokens} tokens, ${bytesPerToken.toFixed(2)} bytes a token, ${tokensPerLine.toFixed(2)} tokens a line, ${(blankShare * 100).toFixed(1)} % of them blank`,
    ...languages.map((one) => `  ${one.language}: ${(one.tokens / Math.max(1, one.lines)).toFixed(2)} tokens a line`),
  ]);
  const shared = overlaps.map(({ a, b, share }) => `${a} and ${b} share ${(share * 100).toFixed(1)} % of the smaller`);
  return [what, ...rows, ...shared].join("\n");
}
