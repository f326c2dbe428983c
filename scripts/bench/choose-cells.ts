/** @file What a command line asks for. */
import { parseArgs } from "node:util";
import { type EngineCell, isUsual, listEngineCells } from "./engine-cells";
import { listPeftSettings, type PeftSetting } from "./peft-settings";
import { PROGRAM_CELLS, type ProgramCell } from "./program-cells";

export interface Choice {
  programs: readonly ProgramCell[];
  engine: readonly EngineCell[];
  settings: readonly PeftSetting[];
  rounds: number;
  isQuick: boolean;
  /** Rewrite docs/bench.md from what was measured before, and measure nothing. */
  isDocs: boolean;
}

export const USAGE = `usage: npm run bench -- [--cells "<words>" …] [--vs peft] [--quick] [--rounds n] | --docs
  --cells   only cells that have all of the words in their name: "135M 1024 int8", quickstart; again for more.
            Those of a usual run if there are any, else all: "1.5B 1024 fp32" is none of a usual run, but can be asked for
  --vs      the same work by PEFT in turns; "peft bf16" takes only those settings
  --quick   a tiny model: shows that everything runs, and nothing else
  --docs    writes docs/bench.md and its picture from data/bench.json`;

const DEFAULT_ROUNDS = 3;

/** Every word of the filter is a word of the name; "lora" does not mean "rslora". */
const hasWords = (name: string, filter: string): boolean => {
  const has = new Set(name.toLowerCase().split(/\s+/));
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => has.has(word));
};

/** @throws Error with one sentence that says what to change */
export function chooseCells(args: readonly string[]): Choice {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      cells: { type: "string", multiple: true, default: [] },
      vs: { type: "string" },
      quick: { type: "boolean", default: false },
      docs: { type: "boolean", default: false },
      rounds: { type: "string", default: String(DEFAULT_ROUNDS) },
    },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error("--rounds must be a whole number of 1 or more.");
  const filters = [...values.cells, ...positionals];
  const cells = listEngineCells();
  const matching = <T extends { name: string }>(all: readonly T[], filter: string) =>
    all.filter(({ name }) => hasWords(name, filter));
  /** Those of a usual run, so that "135M" means what is usual of it; else any that the words name. */
  const engineCells = (filter: string) => {
    const found = matching(cells, filter);
    return found.some(isUsual) ? found.filter(isUsual) : found;
  };
  const stranger = filters.find((filter) => matching([...cells, ...PROGRAM_CELLS], filter).length === 0);
  if (stranger !== undefined) {
    const words = new Set(cells.flatMap(({ name }) => name.split(" ")));
    const programs = PROGRAM_CELLS.map(({ name }) => name);
    throw new Error(
      `No cell has the words "${stranger}". There are ${programs.join(", ")}; and steps by the words ${[...words].join(" ")}.`,
    );
  }
  const settings = listPeftSettings().filter(({ name }) => values.vs !== undefined && hasWords(name, values.vs));
  if (values.vs !== undefined && settings.length === 0) {
    const names = listPeftSettings().map(({ name }) => name);
    throw new Error(`--vs takes words of ${names.join(", ")}, such as peft.`);
  }
  const isTinyLora = ({ shape, method, memory }: EngineCell) =>
    shape === "tiny" && method === "lora" && memory === "plain";
  const asked = new Set(filters.flatMap(engineCells));
  const askedPrograms = new Set(filters.flatMap((filter) => matching(PROGRAM_CELLS, filter)));
  const isUnfiltered = filters.length === 0;
  return {
    programs: PROGRAM_CELLS.filter((cell) =>
      isUnfiltered ? !values.quick && !cell.isOnlyWhenAsked : askedPrograms.has(cell),
    ),
    engine: cells.filter((cell) => (isUnfiltered ? (values.quick ? isTinyLora : isUsual)(cell) : asked.has(cell))),
    settings,
    rounds,
    isQuick: values.quick,
    isDocs: values.docs,
  };
}
