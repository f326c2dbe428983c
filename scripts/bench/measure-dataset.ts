/**
 * @file From a folder of code to a dataset with every step on, then once more with one setting changed. The folder is
 * $CODETUNE_BENCH_CORPUS, else the packages that are installed here.
 */
import { join } from "node:path";
import { root } from "../setup/root.mjs";
import { type Figures, runFigures } from "./run-program";

export async function measureDataset(folder: string): Promise<Figures> {
  const corpus = process.env["CODETUNE_BENCH_CORPUS"] ?? join(root, "node_modules");
  const script = join(root, "scripts", "bench", "dataset-process.ts");
  const build = (settings: object) =>
    runFigures(process.execPath, ["--import", "tsx", script, folder, corpus, JSON.stringify(settings)]);
  const first = await build({});
  const second = await build({ near_duplicate_threshold: 0.9 });
  const again = {
    seconds: second["seconds"] ?? 0,
    cpuSeconds: second["cpuSeconds"] ?? 0,
    reused: second["reusedFindings"] ?? 0,
  };
  return {
    ...first,
    "seconds, one setting changed": again.seconds,
    "cpuSeconds, one setting changed": again.cpuSeconds,
    "findings reused, one setting changed": again.reused,
  };
}
