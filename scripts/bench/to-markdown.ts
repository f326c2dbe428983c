/** @file data/bench.json as Markdown tables, for standard output and for docs/bench.md. */
import type { BenchFile, Result, ResultOf } from "./bench-file";
import { digits, figure, gigabytes, ratio, seconds, titleOf, words } from "./format-figures";

type Step = ResultOf<"ours"> | ResultOf<"peft">;

const isStep = (result: Result): result is Step => result.kind === "ours" || result.kind === "peft";

export const settingOf = (result: Step): string =>
  result.kind === "ours"
    ? `${result.method}, ${result.precision}`
    : `PEFT, ${result.dtype}${result.isCheckpointing ? ", checkpointing" : ""}`;

const row = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  // What stands first are words, what follows are numbers.
  return [row(head), row(head.map((_, i) => (i < 3 ? "---" : "---:"))), ...rows.map(row), ""];
}

function stepTable(steps: readonly Step[]): string[] {
  const rows = steps.flatMap((result) => {
    if (!("figures" in result.outcome)) return [];
    const { tokensPerSecond, usefulFlopsOverSgemm, peakBytes, secondsToFirstStep } = result.outcome.figures;
    return [
      [
        titleOf(result.shape),
        digits(result.blockLength),
        settingOf(result),
        digits(tokensPerSecond),
        usefulFlopsOverSgemm.toFixed(2),
        gigabytes(peakBytes),
        seconds(secondsToFirstStep),
      ],
    ];
  });
  return table(
    ["model", "tokens", "setting", "tokens/s", "useful FLOP/s ÷ sgemm", "peak memory", "time to first step"],
    rows,
  );
}

function pairTable(pairs: readonly ResultOf<"pair">[], steps: readonly Step[]): string[] {
  const setting = (name: string) => {
    const step = steps.find((each) => each.name === name);
    return step ? settingOf(step) : name;
  };
  const rows = pairs.flatMap(({ shape, blockLength, ours, theirs, outcome }) => {
    if (!("figures" in outcome)) return [];
    const { speedRatio, lowestSpeedRatio, highestSpeedRatio, memoryRatio, rounds } = outcome.figures;
    return [
      [
        `${titleOf(shape)}, ${digits(blockLength)}`,
        setting(ours),
        setting(theirs),
        ratio(speedRatio),
        `${ratio(lowestSpeedRatio)} to ${ratio(highestSpeedRatio)} in ${rounds} rounds`,
        ratio(memoryRatio),
      ],
    ];
  });
  return table(["model, tokens", "ours", "theirs", "speed, ours ÷ theirs", "lowest to highest", "peak memory"], rows);
}

function programTable(programs: readonly ResultOf<"program">[]): string[] {
  const rows = programs.flatMap(({ name, outcome }) =>
    "figures" in outcome
      ? Object.entries(outcome.figures).map(([key, value]) => [name, words(key), figure(key, value)])
      : [],
  );
  return table(["what", "figure", "value"], rows);
}

/** Machine and versions, the tables that have rows, and a line for each cell that has no figures. */
export function toMarkdown({ machine, versions, results }: BenchFile): string {
  const days = results.map(({ measuredAt }) => measuredAt.slice(0, 10)).sort();
  const steps = results.filter(isStep);
  const failures = results.flatMap(({ name, outcome }) =>
    "failed" in outcome ? [`- ${name}: ${outcome.failed.split("\n").at(-1)}`] : [],
  );
  return [
    `${machine.cpu}, ${machine.threads} threads, ${gigabytes(machine.memoryBytes)}; ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(", ")}; measured ${[...new Set([days.at(0), days.at(-1)])].join(" to ")}.`,
    "",
    ...stepTable(steps),
    ...pairTable(
      results.filter((result) => result.kind === "pair"),
      steps,
    ),
    ...programTable(results.filter((result) => result.kind === "program")),
    ...(failures.length > 0 ? ["Without figures:", "", ...failures, ""] : []),
  ].join("\n");
}
