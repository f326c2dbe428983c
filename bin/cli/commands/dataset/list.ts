import type { Command } from "commander";
import { listDatasets } from "@/lib/services/datasets/list-datasets";
import { applyOptions, type EnvironmentOptions } from "../../apply-options";
import { describeDatasetList } from "../../dataset-output/describe-dataset-list";
import { withContext } from "../../with-context";

interface ListOptions extends EnvironmentOptions {
  json?: boolean;
}

export function addDatasetList(dataset: Command): void {
  dataset
    .command("list")
    .description("all datasets with their versions, the newest first")
    .option("--json", "print one JSON array")
    .option("--database-url <url>", "Postgres or libSQL database (default: a file below CODETUNE_HOME)")
    .action(async (options: ListOptions) => {
      const datasets = await withContext(applyOptions(options), listDatasets);
      process.stdout.write(`${options.json ? JSON.stringify(datasets) : describeDatasetList(datasets)}\n`);
    });
}
