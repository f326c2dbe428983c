/**
 * @file `npm test`: sets up, builds (the browser tests need it) and runs every test. Arguments go to Vitest.
 * The last line is `N passed, N failed, N skipped`; a test file that cannot be loaded counts as a failure.
 */
import "./setup/require-node.mjs";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureReady, say } from "./setup/ensure-ready.mjs";
import { findChromium } from "./setup/find-chromium.mjs";
import { root } from "./setup/root.mjs";
import { runCommand } from "./setup/run-command.mjs";
import { exitWith } from "./setup/setup-error.mjs";
import { countResults } from "./test/count-results.mjs";

async function test() {
  await ensureReady();
  const chromium = await findChromium(say);
  if (chromium === null)
    say("No Chromium can be had here (CHROMIUM_PATH, system, download), so the browser tests are skipped.");

  const folder = mkdtempSync(join(tmpdir(), "codetune-test-"));
  const report = join(folder, "report.json");
  try {
    const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
    const flags = [
      "run",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${report}`,
      ...process.argv.slice(2),
    ];
    const { code } = await runCommand(process.execPath, [vitest, ...flags], {
      live: true,
      env: { NODE_ENV: "test", CHROMIUM_PATH: chromium ?? "" },
    });
    const { passed, failed, skipped } = countResults(readReport(report), code);
    process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
    process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
}

await test().catch(exitWith);
