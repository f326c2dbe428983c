import type { Command } from "commander";
import { describeColumns } from "@/lib/contracts/columns";
import { AppError } from "@/lib/errors";
import type { ServiceContext } from "@/lib/services/context";
import { getHubRows } from "@/lib/services/hub/get-hub-rows";
import { applyOptions, type EnvironmentOptions } from "../../apply-options";
import { addColumnOptions, type ColumnOptions, columnsOf } from "../../columns-option";
import { pullRepo } from "../../hub-output/pull-repo";
import { say } from "../../say";
import { withContext } from "../../with-context";

interface PullOptions extends EnvironmentOptions, ColumnOptions {
  revision: string;
  config?: string;
  split?: string;
  maxRows?: string;
  name?: string;
  files?: boolean;
  json?: boolean;
}

export function addDatasetPull(dataset: Command): void {
  const pull = dataset
    .command("pull")
    .description("make a dataset of a split on the Hugging Face Hub, streamed from its Parquet files")
    .argument("<repo>", "organisation/name");
  addColumnOptions(pull)
    .option("--revision <revision>", "branch, tag or commit; recorded to the commit", "main")
    .option("--config <name>", "configuration (default: the first one)")
    .option("--split <name>", "split (default: train)")
    .option("--max-rows <count>", "at most so many rows")
    .option("--name <name>", "of the dataset (default: the repository's)")
    .option("--files", "only download its Parquet files into the Hugging Face cache")
    .option("--json", "print one JSON object a line")
    .option("--database-url <url>", "Postgres or libSQL database (default: a file below CODETUNE_HOME)")
    .action(async (repo: string, options: PullOptions) => {
      process.exitCode = await withContext(applyOptions(options), async (ctx) => {
        const { revision } = options;
        const spec = options.files
          ? { kind: "hub-download", type: "dataset", repo, revision }
          : { kind: "dataset-import", ...(await importOf(ctx, repo, options)) };
        return pullRepo(ctx, spec, options.json === true);
      });
    });
}

async function importOf(ctx: ServiceContext, repo: string, options: PullOptions) {
  const { config, split, revision, maxRows } = options;
  const asked = { ...(config ? { config } : {}), ...(split ? { split } : {}) };
  // Looked at first: so that what is wrong is told before anything is made, and the commit is pinned.
  const rows = await getHubRows(ctx, { repo, revision, limit: 1, ...asked });
  const columns = columnsOf(options) ?? rows.guess;
  if (columns === null) {
    const has = rows.columns.map(({ name, type }) => `${name} (${type})`).join(", ");
    throw new AppError("invalid_input", `Say which column holds the text, with --text; there are ${has}.`);
  }
  say(`${repo} ${rows.config}/${rows.split} at ${rows.commit}: ${describeColumns(columns)}.`);
  const name = options.name ?? repo.split("/").at(-1);
  const source = { kind: "hub", repo, revision: rows.commit, config: rows.config, split: rows.split, columns };
  return { name, source: { ...source, ...(maxRows === undefined ? {} : { maxRows: Number(maxRows) }) } };
}
