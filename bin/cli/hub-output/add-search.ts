import { type Command, Option } from "commander";
import { HUB_DATASET_SIZES, HUB_SORTS, type HubRepoType, HubSearchQuery } from "@/lib/contracts/hub";
import { fieldErrorsOf } from "@/lib/contracts/run-config";
import { AppError } from "@/lib/errors";
import { searchHub } from "@/lib/services/hub/search-hub";
import { applyOptions, type EnvironmentOptions } from "../apply-options";
import { withContext } from "../with-context";
import { describeRepos } from "./describe-repos";

interface SearchOptions extends EnvironmentOptions {
  json?: boolean;
  databaseUrl?: string;
}

/** `search <text>` of datasets or models. */
export function addSearch(parent: Command, type: HubRepoType): void {
  const command = parent
    .command("search")
    .description(`find ${type}s on the Hugging Face Hub`)
    .argument("[text]", "words of the name")
    .option("--author <name>", "user or organisation")
    .option("--task <task>", "e.g. text-generation")
    .option("--language <code>", "e.g. en")
    .option("--license <id>", "e.g. apache-2.0")
    .addOption(new Option("--gated <which>", "only those that ask for access, or none of them").choices(["yes", "no"]))
    .addOption(new Option("--sort <by>", "what comes first").choices([...HUB_SORTS]).default("downloads"))
    .option("--limit <count>", "at most so many", "20")
    .option("--json", "print one JSON object");
  if (type === "dataset") command.addOption(new Option("--size <rows>", "size class").choices([...HUB_DATASET_SIZES]));
  else command.option("--max-parameters <count>", "at most so many parameters");
  command.action(async (text: string | undefined, options: SearchOptions) => {
    const { json, databaseUrl, ...filters } = options;
    const query = HubSearchQuery.safeParse({ type, ...(text === undefined ? {} : { text }), ...filters });
    if (!query.success) {
      const problems = Object.entries(fieldErrorsOf(query.error)).map(([field, says]) => `${field} ${says.join(", ")}`);
      throw new AppError("invalid_input", `Check the search: ${problems.join("; ")}.`);
    }
    const page = await withContext(applyOptions({ ...(databaseUrl ? { databaseUrl } : {}) }), (ctx) =>
      searchHub(ctx, query.data),
    );
    process.stdout.write(`${json ? JSON.stringify(page) : describeRepos(page)}\n`);
  });
}
