/** @file data/bench.json as Markdown tables, for standard output and for docs/bench.md. */
import type { BenchFile, Result, ResultOf } from "./bench-file";
import { digits, figure, gigabytes, ratio, seconds, titleOf, words } from "./format-figures";

type Step = ResultOf<"ours"> | ResultOf<"peft">;

const isStep = (result: Result): result is Step => result.kind === "ours" || result.kind === "peft";

export function settingOf(result: Step): string {
  const parts =
    result.kind === "ours"
      ? [result.method, result.precision, result.memory]
      : ["PEFT", result.dtype, result.isCheckpointing ? "checkpointing" : "plain"];
  return parts.filter((part) => part !== "plain").join(", ");
}

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

/** A row for each setting of theirs, and two columns for each of ours that took turns with it. */
function pairTable(pairs: readonly ResultOf<"pair">[], steps: readonly Step[]): string[] {
  const setting = (name: string) => {
    const step = steps.find((each) => each.name === name);
    return step ? settingOf(step) : name;
  };
  const ourSettings = [...new Set(pairs.map(({ ours }) => setting(ours)))];
  const rows = [...new Set(pairs.map(({ theirs }) => theirs))].map((theirs) => {
    const ofRow = pairs.filter((pair) => pair.theirs === theirs);
    const { shape, blockLength } = ofRow[0] as ResultOf<"pair">;
    const figures = ourSettings.flatMap((ours) => {
      const outcome = ofRow.find((pair) => setting(pair.ours) === ours)?.outcome;
      if (!outcome || !("figures" in outcome)) return ["", ""];
      const { speedRatio, lowestSpeedRatio, highestSpeedRatio, memoryRatio } = outcome.figures;
      return [`${ratio(speedRatio)} (${ratio(lowestSpeedRatio)} to ${ratio(highestSpeedRatio)})`, ratio(memoryRatio)];
    });
    return [titleOf(shape), digits(blockLength), setting(theirs), ...figures];
  });
  const head = ourSettings.flatMap((ours) => [`${ours}: speed, ours ÷ theirs`, "peak memory"]);
  return table(["model", "tokens", "theirs", ...head], rows);
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
