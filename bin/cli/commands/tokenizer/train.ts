import { type Command, Option } from "commander";
import { SPLIT_NAMES, TOKENIZER_MODELS } from "@/lib/contracts/jobs/tokenizer-train";
import { applyOptions, type EnvironmentOptions } from "../../apply-options";
import { pullRepo } from "../../hub-output/pull-repo";
import { withContext } from "../../with-context";

interface TrainOptions extends EnvironmentOptions {
  name: string;
  model: string;
  vocabularySize: string;
  minFrequency: string;
  split: string;
  special: string[];
  fim: boolean;
  json?: boolean;
}

export function addTokenizerTrain(tokenizer: Command): void {
  tokenizer
    .command("train")
    .description("learn a tokenizer from datasets; written as a Hugging Face tokenizer.json")
    .argument("<datasets...>", "ids or names of datasets")
    .requiredOption("--name <name>", "what it is called")
    .addOption(new Option("--model <kind>", "kind of model").choices(TOKENIZER_MODELS).default("bpe"))
    .option("--vocabulary-size <n>", "tokens with all special ones", "16384")
    .option("--min-frequency <n>", "pairs seen less often are not learned", "2")
    .addOption(new Option("--split <name>", "where words end, for bpe").choices(SPLIT_NAMES).default("code"))
    .option("--special <tokens...>", "special tokens; the first one ends a text", ["<|endoftext|>"])
    .option("--no-fim", "without the tokens for filling in the middle")
    .option("--json", "print one JSON object a line")
    .option("--database-url <url>", "Postgres or libSQL database (default: a file below CODETUNE_HOME)")
    .action(async (datasets: string[], options: TrainOptions) => {
      const spec = {
        kind: "tokenizer-train",
        name: options.name,
        datasets,
        model: options.model,
        vocabulary_size: Number(options.vocabularySize),
        min_frequency: Number(options.minFrequency),
        split: options.split,
        special_tokens: options.special,
        fim_tokens: options.fim,
      };
      process.exitCode = await withContext(applyOptions(options), (ctx) => pullRepo(ctx, spec, options.json === true));
    });
}
