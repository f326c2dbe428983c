/** @file `npm run verify`: everything that can be checked without running the studio. All checks run, all failures show. */
import "./setup/require-node.mjs";
import { join } from "node:path";
import { ensureReady } from "./setup/ensure-ready.mjs";
import { isNodeNewEnough } from "./setup/node-version.mjs";
import { root } from "./setup/root.mjs";
import { runCommand } from "./setup/run-command.mjs";
import { exitWith } from "./setup/setup-error.mjs";
import { findStaleReferences } from "./verify/doc-references.mjs";
import { findImportProblems } from "./verify/import-rules.mjs";
import { findMigrationDrift } from "./verify/migrations.mjs";

const packageProgram = (...parts) => join(root, "node_modules", ...parts);
const run = async (...args) => {
  const { code, output } = await runCommand(process.execPath, args, { env: { NEXT_TELEMETRY_DISABLED: "1" } });
  return code === 0 ? [] : [output.trim()];
};
const problemsOf = async (find) => (await find()).map((problem) => `  ${problem}`);

async function checkTypes() {
  // Writes next-env.d.ts and the types of the routes, which a fresh clone does not have.
  const routes = await run(packageProgram("next", "dist", "bin", "next"), "typegen");
  return routes.length > 0 ? routes : run(packageProgram("typescript", "bin", "tsc"), "--noEmit");
}

// The dead-code tool needs a newer Node than the studio does.
const KNIP_NODE = "20.19.0";

const CHECKS = {
  "format and lint": () =>
    run(packageProgram("@biomejs", "biome", "bin", "biome"), "check", "--max-diagnostics=200", "."),
  types: checkTypes,
  "import rules": () => problemsOf(findImportProblems),
  "migrations in step": () => problemsOf(findMigrationDrift),
  "dead code": () => run(packageProgram("knip", "bin", "knip.js"), "--no-config-hints"),
  "document references": () => problemsOf(async () => findStaleReferences()),
};

async function verify() {
  await ensureReady({ needsBuild: false });
  if (!isNodeNewEnough(process.versions.node, KNIP_NODE)) {
    delete CHECKS["dead code"];
    process.stdout.write(`left out dead code: it needs Node ${KNIP_NODE}, this is ${process.versions.node}\n`);
  }
  const failures = await Promise.all(
    Object.entries(CHECKS).map(async ([name, check]) => {
      const started = performance.now();
      const problems = await check().catch((error) => [error.stack]);
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      process.stdout.write(`${problems.length === 0 ? "ok    " : "FAILED"} ${name} (${seconds} s)\n`);
      return problems.length === 0 ? null : `\n── ${name} ──\n${problems.join("\n")}\n`;
    }),
  );
  const failed = failures.filter((failure) => failure !== null);
  process.stdout.write(failed.join(""));
  process.exitCode = failed.length === 0 ? 0 : 1;
}

await verify().catch(exitWith);
