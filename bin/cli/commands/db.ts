import type { Command } from "commander";
import { pathsOf } from "@/lib/config/paths";
import { databaseOptions } from "@/lib/db/database-options";
import { describeUrl } from "@/lib/db/describe-url";
import { getMigrationStatus } from "@/lib/db/get-migration-status";
import { applyOptions, type EnvironmentOptions } from "../apply-options";
import { withContext } from "../with-context";

export function addDatabaseCommands(program: Command): void {
  const db = program.command("db").description("look after the database");
  db.command("migrate")
    .description("bring the tables up to date (every start does this too)")
    .option("--database-url <url>", "Postgres or libSQL database (default: a file below CODETUNE_HOME)")
    .action(async (options: EnvironmentOptions) => {
      const env = applyOptions(options);
      await withContext(env, async () => {});
      const { url } = databaseOptions(env, pathsOf(env));
      process.stdout.write(`The tables of ${describeUrl(url)} are up to date.\n`);
    });
  db.command("status")
    .description("say which migrations are applied and which are not; changes nothing")
    .option("--json", "print one JSON object")
    .option("--database-url <url>", "Postgres or libSQL database (default: a file below CODETUNE_HOME)")
    .action(async (options: EnvironmentOptions & { json?: boolean }) => {
      const env = applyOptions(options);
      const database = databaseOptions(env, pathsOf(env));
      const status = await getMigrationStatus(database);
      const report = { database: describeUrl(database.url), ...status };
      process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : `${describeStatus(report)}\n`);
    });
}

function describeStatus({ database, applied, pending }: { database: string; applied: string[]; pending: string[] }) {
  const lines = [`database: ${database}`, `applied: ${applied.join(", ") || "none"}`];
  lines.push(
    pending.length === 0 ? "pending: none" : `pending: ${pending.join(", ")}; codetune-studio db migrate applies them`,
  );
  return lines.join("\n");
}
