/**
 * @file One build of a dataset from a folder, with every step on, in a process of its own: `dataset-process.ts <folder to
 * work in> <folder of code> [settings as JSON]`. Prints its figures as one line.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { BuildSettings } from "@/lib/contracts/jobs/build-settings";
import { findReport } from "@/lib/datasets/find-report";
import { buildCodeDataset } from "@/lib/datasets/pipeline/build-code-dataset";
import { ThreadPool } from "@/workers/data-job/thread-pool";

const [folder = "", path = "", settings = "{}"] = process.argv.slice(2);
const outDir = join(folder, "dataset");
await rm(outDir, { recursive: true, force: true });
const pool = new ThreadPool(2);
const started = performance.now();
await buildCodeDataset({
  name: "bench",
  source: { kind: "folder", path },
  // What npm and Debian install is all other people's code.
  settings: BuildSettings.parse({ vendored: false, syntax: "drop", ...(JSON.parse(settings) as object) }),
  outDir,
  cacheDir: join(folder, "cache"),
  pool,
});
const seconds = (performance.now() - started) / 1000;
const report = await findReport(outDir);
await pool.close();
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
console.log(
  JSON.stringify({
    filesIn: report?.input.files ?? 0,
    megabytesIn: (report?.input.bytes ?? 0) / 1e6,
    filesOut: report?.output.documents ?? 0,
    megabytesOut: (report?.output.bytes ?? 0) / 1e6,
    seconds,
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    peakMegabytes: maxRSS / 1024,
    reusedFindings: report?.steps.reduce((sum, { reused }) => sum + reused, 0) ?? 0,
  }),
);
