import type { Command } from "commander";
import { applyOptions, type EnvironmentOptions } from "../../apply-options";
import { pullRepo } from "../../hub-output/pull-repo";
import { withContext } from "../../with-context";

interface PullOptions extends EnvironmentOptions {
  revision: string;
  json?: boolean;
}

export function addModelPull(model: Command): void {
  model
    .command("pull")
    .description("download a model into the Hugging Face cache; goes on where an earlier download stopped")
    .argument("<repo>", "organisation/name")
    .option("--revision <revision>", "branch, tag or commit", "main")
    .option("--json", "print one JSON object a line")
    .option("--database-url <url>", "Postgres or libSQL database (default: a file below CODETUNE_HOME)")
    .action(async (repo: string, options: PullOptions) => {
      process.exitCode = await withContext(applyOptions(options), (ctx) =>
        pullRepo(ctx, { kind: "hub-download", type: "model", repo, revision: options.revision }, options.json === true),
      );
    });
}
