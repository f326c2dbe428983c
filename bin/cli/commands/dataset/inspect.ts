import type { Command } from "commander";
import { getDataset } from "@/lib/services/datasets/get-dataset";
import { getDatasetReport } from "@/lib/services/datasets/get-dataset-report";
import { getLineage } from "@/lib/services/datasets/get-lineage";
import { applyOptions, type EnvironmentOptions } from "../../apply-options";
import { describeDataset } from "../../dataset-output/describe-dataset";
import { withContext } from "../../with-context";

interface InspectOptions extends EnvironmentOptions {
  json?: boolean;
}

export function addDatasetInspect(dataset: Command): void {
  dataset
    .command("inspect")
    .description("facts of a dataset, what its build took out, and its first rows")
    .argument("<dataset>", "id, name (the newest version) or name@version")
    .option("--json", "print one JSON object")
    .option("--database-url <url>", "Postgres or libSQL database (default: a file below CODETUNE_HOME)")
    .action(async (datasetId: string, options: InspectOptions) => {
      const found = await withContext(applyOptions(options), async (ctx) => {
        const view = await getDataset(ctx, { datasetId });
        const asked = { datasetId: view.id };
        const [{ report }, { versions, parents, children }] = await Promise.all([
          getDatasetReport(ctx, asked),
          getLineage(ctx, asked),
        ]);
        return { dataset: view, report, versions, parents, children };
      });
      process.stdout.write(`${options.json ? JSON.stringify(found) : describeDataset(found)}\n`);
    });
}
