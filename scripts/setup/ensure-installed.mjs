import { whyNotInstalled } from "./installation.mjs";
import { root } from "./root.mjs";
import { lastLines, runNpm } from "./run-command.mjs";
import { SetupError } from "./setup-error.mjs";

// Older npm versions run onnxruntime-node's script, which downloads CUDA files and fails the install where it can't.
// NODE_ENV=production in the environment would leave out what the build needs, hence --include=dev.
const env = { ONNXRUNTIME_NODE_INSTALL: "skip" };
const flags = ["--include=dev", "--no-audit", "--no-fund", "--loglevel=error"];

/** Installs when node_modules is missing or not what the lock file asks for. Says what it does through `say`. */
export async function ensureInstalled(say) {
  const reason = whyNotInstalled(root);
  if (reason === null) return;
  say(`Installing packages (${reason}); this takes about a minute …`);
  const clean = await runNpm(["ci", ...flags], { env });
  if (clean.code === 0) return;
  // Some registries lack platform packages of the lock file; then `npm ci` refuses what `npm install` takes.
  const install = await runNpm(["install", ...flags], { env });
  if (install.code === 0 && whyNotInstalled(root) === null) return;
  const output = install.code === 0 ? clean.output : install.output;
  throw new SetupError(
    "The packages could not be installed; the reason is in npm's last lines above.",
    lastLines(output),
  );
}
