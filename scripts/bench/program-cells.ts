/** @file Cells that measure the product, or have a program of their own. */
import { BASE_PRECISIONS, type BasePrecision } from "@/lib/contracts/run-config";
import type { Python } from "./find-python";
import { measureGeneration } from "./generation-cell";
import { measureDataset } from "./measure-dataset";
import { measureHub } from "./measure-hub";
import { measureFirstLoss, measureStart } from "./measure-start.mjs";
import { measureMemoryEstimate } from "./memory-cell";
import type { Figures } from "./run-program";
import { trainQuickstart } from "./train-quickstart.mjs";

export interface ProgramCell {
  name: string;
  /** It takes longer than all others together. */
  isOnlyWhenAsked?: true;
  /** Measures in an empty folder; with a Python where the other side's work is wanted too. Names carry their units. */
  measure(folder: string, python: Python | null): Promise<Figures>;
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
  { name: "generation", measure: measureGeneration },
  { name: "hub", measure: measureHub },
  { name: "dataset", measure: measureDataset, isOnlyWhenAsked: true },
  { name: "memory estimate", measure: measureMemoryEstimate, isOnlyWhenAsked: true },
];
