/** @file Cells that measure the product, or have a program of their own. */
import { join } from "node:path";
import { BASE_PRECISIONS, type BasePrecision } from "@/lib/contracts/run-config";
import { root } from "../setup/root.mjs";
import { lastLines, runCommand } from "../setup/run-command.mjs";
import { measureFirstLoss, measureStart } from "./measure-start.mjs";
import { trainQuickstart } from "./train-quickstart.mjs";

export type Figures = Record<string, number | string>;

export interface ProgramCell {
  name: string;
  /** Measures in an empty folder. Names of figures carry their units. */
  measure(folder: string): Promise<Figures>;
}

/** One run of each precision serves both cells below: the same settings and seed give the same losses. */
const quickstarts = new Map<BasePrecision, ReturnType<typeof trainQuickstart>>();

function quickstart(folder: string, precision: BasePrecision): ReturnType<typeof trainQuickstart> {
  const run = quickstarts.get(precision) ?? trainQuickstart(folder, { base_precision: precision });
  quickstarts.set(precision, run);
  return run;
}

/** The quickstart's final held-out loss in each precision: what it costs to hold the frozen weights smaller. */
async function measureLossByPrecision(folder: string): Promise<Figures> {
  const reference = (await quickstart(folder, "fp32")).evalLossAfter;
  const figures: Figures = { "held-out loss, fp32": reference };
  for (const precision of BASE_PRECISIONS.filter((each) => each !== "fp32")) {
    const { evalLossAfter } = await quickstart(folder, precision);
    figures[`held-out loss, ${precision}`] = evalLossAfter;
    figures[`${precision} ÷ fp32`] = evalLossAfter / reference;
  }
  return figures;
}

export const PROGRAM_CELLS: readonly ProgramCell[] = [
  { name: "second start", measure: measureStart },
  { name: "first loss", measure: measureFirstLoss },
  { name: "quickstart", measure: (folder) => quickstart(folder, "fp32") },
  { name: "loss by precision", measure: measureLossByPrecision },
];

/** A TypeScript program that prints its figures as one JSON line, in a process of its own. */
export async function runProgram(name: string, ...args: string[]): Promise<Figures> {
  const path = join(root, "scripts", "bench", name);
  const { code, output } = await runCommand(process.execPath, ["--import", "tsx", path, ...args]);
  if (code !== 0) throw new Error(lastLines(output));
  return JSON.parse(output.trim().split("\n").at(-1) ?? "{}");
}
