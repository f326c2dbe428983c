import type { Command } from "commander";
import { applyOptions, type EnvironmentOptions } from "../apply-options";
import { checkMachine } from "../doctor/check-machine";
import { EXIT } from "../exit-codes";

const MARKS = { ok: "ok  ", note: "note", bad: "BAD " } as const;

export function addDoctorCommand(program: Command): void {
  program
    .command("doctor")
    .description("look at Node, memory, disk, databases and devices, and really open each device")
    .option("--json", "print one JSON object")
    .option("--database-url <url>", "Postgres or libSQL database (default: a file below CODETUNE_HOME)")
    .action(async (options: EnvironmentOptions & { json?: boolean }) => {
      const findings = await checkMachine(applyOptions(options));
      const isHealthy = findings.every(({ state }) => state !== "bad");
      if (options.json) process.stdout.write(`${JSON.stringify({ isHealthy, findings })}\n`);
      else for (const { name, state, text } of findings) process.stdout.write(`${MARKS[state]} ${name}: ${text}\n`);
      process.exitCode = isHealthy ? EXIT.ok : EXIT.unavailable;
    });
}
