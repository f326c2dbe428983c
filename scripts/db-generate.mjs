/** @file `npm run db:generate`: writes a migration for both databases from the one schema, when it changed. */
import "./setup/require-node.mjs";
import { ensureReady } from "./setup/ensure-ready.mjs";
import { exitWith } from "./setup/setup-error.mjs";
import { generateMigrations } from "./verify/migrations.mjs";

try {
  await ensureReady({ needsBuild: false });
  const name = process.argv[2];
  const { code, output } = await generateMigrations(name ? ["--name", name] : []);
  process.stdout.write(output);
  process.exitCode = code;
} catch (error) {
  exitWith(error);
}
