import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../setup/root.mjs";
import { lastLines, runCommand } from "../setup/run-command.mjs";

/**
 * The quickstart through the command line, with some of its settings changed if asked: duration, and the loss before and
 * after on the same held-out files.
 */
export async function trainQuickstart(home, changes = {}) {
  const settings = JSON.parse(readFileSync(join(root, "examples", "quickstart.json"), "utf8"));
  mkdirSync(home, { recursive: true });
  const config = join(home, "bench-config.json");
  writeFileSync(config, JSON.stringify({ ...settings, ...changes }));
  const started = performance.now();
  const args = [join(root, "dist", "cli.mjs"), "train", config, "--json"];
  const { code, output } = await runCommand(process.execPath, args, {
    env: { CODETUNE_HOME: home, LOG_LEVEL: "warn" },
  });
  const seconds = (performance.now() - started) / 1000;
  const result = output
    .trim()
    .split("\n")
    .filter((line) => line.startsWith('{"kind":"result"'))
    .map((line) => JSON.parse(line))
    .at(-1);
  if (code !== 0 || result?.status !== "completed")
    throw new Error(`the quickstart did not complete:\n${lastLines(output)}`);
  const { evalLossBefore, evalLossAfter, step } = result;
  return {
    seconds,
    steps: step,
    evalLossBefore,
    evalLossAfter,
    lowerByPercent: (1 - evalLossAfter / evalLossBefore) * 100,
  };
}
