import { resolve } from "node:path";
import type { Command } from "commander";
import { createRun } from "@/lib/services/runs/create-run";
import { applyOptions, type EnvironmentOptions } from "../apply-options";
import { exitCodeOfRun } from "../exit-codes";
import { readConfigFile } from "../read-config-file";
import { seeRunThrough } from "../see-run-through";
import { withContext } from "../with-context";
import { withDataset } from "../with-dataset";

interface TrainOptions extends EnvironmentOptions {
  json?: boolean;
  data?: string;
  name?: string;
}

export function addTrainCommand(program: Command): void {
  program
    .command("train")
    .description("train with the settings of a file, and wait for the end")
    .argument("<config>", "run configuration, .json or .yaml; examples/quickstart.json is one")
    .option("--data <path>", "train on this folder of code or .jsonl file instead of the configuration's dataset")
    .option("--name <text>", "name of the run")
    .option("--json", "print one JSON object a line; the last one is the result")
    .option("--debug", "log everything")
    .option("--database-url <url>", "Postgres or libSQL database (default: a file below CODETUNE_HOME)")
    .action(train);
}

async function train(path: string, options: TrainOptions): Promise<void> {
  const env = applyOptions(options);
  const settings = await readConfigFile(resolve(path));
  process.exitCode = await withContext(env, async (ctx) => {
    const isJson = options.json === true;
    const config = await withDataset(ctx, settings, { dataPath: options.data, isJson });
    const { id: runId } = await createRun(ctx, { config, name: options.name });
    const run = await seeRunThrough(ctx, { runId, afterSeq: 0, isJson });
    return exitCodeOfRun(run.status);
  });
}
