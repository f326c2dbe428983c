import type { Command } from "commander";
import { applyOptions, type EnvironmentOptions } from "../apply-options";
import { ProcessGroup } from "../processes/process-group";
import { workerProcess } from "../processes/worker-process";
import { say } from "../say";
import { withContext } from "../with-context";

export function addWorkerCommand(program: Command): void {
  program
    .command("worker")
    .description("run one worker that trains what is in the queue of the database")
    .option("--debug", "log everything")
    .option("--database-url <url>", "Postgres or libSQL database (default: a file below CODETUNE_HOME)")
    .action(async (options: EnvironmentOptions) => {
      const env = applyOptions(options);
      await withContext(env, async () => {});
      const group = new ProcessGroup();
      group.add(workerProcess(group.giveUp));
      group.start();
      say("The worker is running (Ctrl-C stops it).");
      process.exitCode = await group.wait();
    });
}
