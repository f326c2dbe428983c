import type { Command } from "commander";
import { resumeRun } from "@/lib/services/runs/resume-run";
import { applyOptions, type EnvironmentOptions } from "../apply-options";
import { exitCodeOfRun } from "../exit-codes";
import { lastEventSeq } from "../follow-run";
import { seeRunThrough } from "../see-run-through";
import { withContext } from "../with-context";

interface ResumeOptions extends EnvironmentOptions {
  json?: boolean;
}

export function addResumeCommand(program: Command): void {
  program
    .command("resume")
    .description("go on with a stopped, interrupted or failed run from its last checkpoint, and wait for the end")
    .argument("<run>", "id of the run")
    .option("--json", "print one JSON object a line; the last one is the result")
    .option("--debug", "log everything")
    .option("--database-url <url>", "Postgres or libSQL database (default: a file below CODETUNE_HOME)")
    .action(async (runId: string, options: ResumeOptions) => {
      const env = applyOptions(options);
      process.exitCode = await withContext(env, async (ctx) => {
        const afterSeq = await lastEventSeq(ctx, runId);
        await resumeRun(ctx, { runId });
        const run = await seeRunThrough(ctx, { runId, afterSeq, isJson: options.json === true });
        return exitCodeOfRun(run.status);
      });
    });
}
