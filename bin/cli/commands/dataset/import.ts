import { basename, resolve } from "node:path";
import type { Command } from "commander";
import { describeColumns } from "@/lib/contracts/columns";
import { FILE_ENCODINGS } from "@/lib/contracts/dataset";
import type { FileQuery } from "@/lib/contracts/file-view";
import { AppError } from "@/lib/errors";
import type { ServiceContext } from "@/lib/services/context";
import { inspectFile } from "@/lib/services/datasets/inspect-file";
import { applyOptions, type EnvironmentOptions } from "../../apply-options";
import { addColumnOptions, type ColumnOptions, columnsOf } from "../../columns-option";
import { pullRepo } from "../../hub-output/pull-repo";
import { say } from "../../say";
import { withContext } from "../../with-context";

interface ImportOptions extends EnvironmentOptions, ColumnOptions {
  encoding?: FileQuery["encoding"];
  maxRows?: string;
  name?: string;
  json?: boolean;
}

export function addDatasetImport(dataset: Command): void {
  const command = dataset
    .command("import")
    .description("make a dataset of a file: JSONL, JSON, CSV, TSV, Parquet, Arrow, text, or a zip or tar of code")
    .argument("<file>", "its path");
  addColumnOptions(command)
    .option("--encoding <name>", `${FILE_ENCODINGS.join(" or ")} (default: utf-8)`)
    .option("--max-rows <count>", "at most so many rows")
    .option("--name <name>", "of the dataset (default: the file's)")
    .option("--json", "print one JSON object a line")
    .option("--database-url <url>", "Postgres or libSQL database (default: a file below CODETUNE_HOME)")
    .action(async (path: string, options: ImportOptions) => {
      process.exitCode = await withContext(applyOptions(options), async (ctx) =>
        pullRepo(ctx, await specOf(ctx, resolve(path), options), options.json === true),
      );
    });
}

/** The file is looked at first, so that what is wrong is told before anything is made. */
async function specOf(ctx: ServiceContext, path: string, options: ImportOptions) {
  const view = await inspectFile(ctx, { path, encoding: options.encoding });
  const name = options.name ?? basename(path).replace(/\.[^.]+$/, "");
  if (view.kind === "archive") return { kind: "dataset-build", name, source: { kind: "archive", path } };
  const columns = columnsOf(options) ?? view.guess;
  if (columns === null) {
    const has = view.columns.map((column) => `${column.name} (${column.type})`).join(", ");
    throw new AppError("invalid_input", `Say which column holds the text, with --text; there are ${has || "none"}.`);
  }
  say(`${view.name}: ${describeColumns(columns)}.`);
  const limit = options.maxRows === undefined ? {} : { maxRows: Number(options.maxRows) };
  const source = { kind: "file", path, format: view.kind, encoding: view.encoding, columns, ...limit };
  return { kind: "dataset-import", name, source };
}
