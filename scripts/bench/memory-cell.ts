/** @file What runs are said to need before their start, against what they then took, over all cells of memory-cells.ts. */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { root } from "../setup/root.mjs";
import { lastLines, runCommand } from "../setup/run-command.mjs";
import { gigabytes } from "./format-figures";
import type { Figures } from "./run-program";

const Rows = z.array(
  z.object({
    name: z.string(),
    estimate: z.object({ totalBytes: z.number() }),
    peakBytes: z.number(),
    ratio: z.number(),
  }),
);

export async function measureMemoryEstimate(): Promise<Figures> {
  const program = join(root, "scripts", "bench", "measure-memory.ts");
  const { code, output } = await runCommand(process.execPath, ["--import", "tsx", program]);
  // Gigabytes of random weights.
  await rm(join(root, "data", "memory"), { recursive: true, force: true });
  if (code !== 0) throw new Error(lastLines(output));
  const rows = Rows.parse(JSON.parse(await readFile(join(root, "data", "memory.json"), "utf8")));
  return {
    cells: rows.length,
    "largest difference, percent": 100 * Math.max(...rows.map(({ ratio }) => Math.abs(ratio - 1))),
    ...Object.fromEntries(
      rows.map(({ name, estimate, peakBytes, ratio }) => [
        name,
        `${gigabytes(estimate.totalBytes)} said, ${gigabytes(peakBytes)} measured: ${ratio.toFixed(2)}`,
      ]),
    ),
  };
}
