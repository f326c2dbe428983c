import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type BenchFile, mergeResults, type Result, type ResultOf, readBenchFile, writeBenchFile } from "./bench-file";
import { drawBars } from "./draw-bars";
import { digits, figure, gigabytes, words } from "./format-figures";
import { settingOf, toMarkdown } from "./to-markdown";
import { replaceMeasured } from "./write-docs";

const figures = (tokensPerSecond: number, peakBytes: number) => ({
  tokensPerSecond,
  usefulFlopsOverSgemm: 0.625,
  sgemmFlops: 2e11,
  peakBytes,
  secondsToFirstStep: 3.456,
  firstLoss: 10.8,
  baseParameters: 134515008,
  trainableParameters: 2442240,
  rounds: 3,
  longestWaitingCpuSeconds: 0.02,
});
const step = { measuredAt: "2026-11-27T06:00:00.000Z", shape: "135M", blockLength: 1024 };
const OURS: Result = {
  kind: "ours",
  name: "135M 1024 fp32 lora plain",
  ...step,
  precision: "fp32",
  method: "lora",
  memory: "plain",
  outcome: { figures: figures(241.6, 1_600_000_000) },
};
const PEFT: Result = {
  kind: "peft",
  name: "135M 1024 peft bf16 checkpointing",
  ...step,
  dtype: "bf16",
  isCheckpointing: true,
  outcome: { figures: figures(120.8, 3_200_000_000) },
};
const PAIR: Result = {
  kind: "pair",
  name: "135M 1024 fp32 lora plain ÷ 135M 1024 peft bf16 checkpointing",
  ...step,
  ours: OURS.name,
  theirs: PEFT.name,
  outcome: {
    figures: { speedRatio: 2, lowestSpeedRatio: 1.9, highestSpeedRatio: 2.149, memoryRatio: 0.5, rounds: 3 },
  },
};
const FAILED: Result = { ...OURS, name: "135M 1024 fp32 dora plain", method: "dora", outcome: { failed: "a <b> & c" } };
const PROGRAM: Result = {
  kind: "program",
  name: "second start",
  measuredAt: step.measuredAt,
  outcome: { figures: { secondsToFirstPage: 1.83 } },
};
const FILE: BenchFile = {
  version: 1,
  machine: { cpu: "a CPU", threads: 2, memoryBytes: 25e9 },
  versions: { node: "20.20.2", onnxruntime: "1.30.0" },
  results: [OURS, PEFT, PAIR, FAILED, PROGRAM],
};

test("figures as people read them", () => {
  expect([0.01234, 4.567, 241.6, 1234.5, 16, 1e6].map(digits)).toEqual([
    "0.0123",
    "4.57",
    "242",
    "1,235",
    "16",
    "1,000,000",
  ]);
  expect(gigabytes(1_640_000_000)).toBe("1.6 GB");
  expect(figure("peakBytes", 2e9)).toBe("2 GB");
  expect(figure("secondsToFirstPage", 1.834)).toBe("1.83 s");
  expect(figure("lowerByPercent", 13.9)).toBe("13.9 %");
  expect(figure("held-out loss, int8", 2.681234)).toBe("2.6812");
  expect(figure("int8 ÷ fp32", 1.00012)).toBe("1.0001");
  expect(words("evalLossBefore")).toBe("eval loss before");
});

test("every result has its row, and what has no figures its sentence", () => {
  const lines = toMarkdown(FILE).split("\n");
  expect(lines[0]).toBe("a CPU, 2 threads, 25 GB; node 20.20.2, onnxruntime 1.30.0; measured 2026-11-27.");
  expect(lines).toContain("| SmolLM2-135M | 1,024 | lora, fp32 | 242 | 0.63 | 1.6 GB | 3.46 s |");
  expect(lines).toContain("| SmolLM2-135M | 1,024 | PEFT, bf16, checkpointing | 121 | 0.63 | 3.2 GB | 3.46 s |");
  expect(lines).toContain("| SmolLM2-135M | 1,024 | PEFT, bf16, checkpointing | 2.00× (1.90× to 2.15×) | 0.50× |");
  expect(lines).toContain("| second start | seconds to first page | 1.83 s |");
  expect(lines).toContain("- 135M 1024 fp32 dora plain: a <b> & c");
  const columns = lines.filter((line) => line.startsWith("|")).map((line) => line.split("|").length);
  expect(new Set(columns)).toEqual(new Set([9, 7, 5]));
});

test("each of ours has its own columns beside theirs, empty where it took no turn", () => {
  const int8: Result = { ...OURS, name: "135M 1024 int8 lora plain", precision: "int8" };
  const other: Result = { ...PEFT, name: "135M 1024 peft bf16 plain", isCheckpointing: false };
  const pairs: Result[] = [PAIR, { ...PAIR, name: "b", ours: int8.name, theirs: other.name }];
  const lines = toMarkdown({ ...FILE, results: [OURS, int8, PEFT, other, ...pairs] }).split("\n");
  const ratios = "2.00× (1.90× to 2.15×) | 0.50×";
  expect(lines).toContain(`| SmolLM2-135M | 1,024 | PEFT, bf16, checkpointing | ${ratios} |  |  |`);
  expect(lines).toContain(`| SmolLM2-135M | 1,024 | PEFT, bf16 |  |  | ${ratios} |`);
});

test("a setting says what is not plain of it", () => {
  expect(settingOf({ ...OURS, memory: "checkpointing" } as ResultOf<"ours">)).toBe("lora, fp32, checkpointing");
  expect(settingOf(PEFT as ResultOf<"peft">)).toBe("PEFT, bf16, checkpointing");
});

test("tables without rows are left out", () => {
  expect(toMarkdown({ ...FILE, results: [PROGRAM] })).not.toContain("sgemm");
  expect(drawBars({ results: [PROGRAM, FAILED] })).toBeNull();
});

test("the picture has a bar of each side, as long as its figure", () => {
  const picture = drawBars(FILE) as string;
  const widths = (side: string) =>
    [...picture.matchAll(new RegExp(`width="(\\d+)"[^>]*class="${side}"`, "g"))].map((match) => Number(match[1]));
  const [ourSpeed, ourMemory] = widths("ours") as [number, number];
  const [theirSpeed, theirMemory] = widths("peft") as [number, number];
  expect(widths("ours")).toHaveLength(2);
  expect(ourSpeed / theirSpeed).toBeCloseTo(2, 1);
  expect(ourMemory / theirMemory).toBeCloseTo(0.5, 1);
  expect(picture).toContain("prefers-color-scheme: dark");
  expect(picture).toContain("SmolLM2-135M, 1,024 tokens");
});

test("words in a picture cannot break it", () => {
  const picture = drawBars({ results: [{ ...OURS, shape: 'a<b & "c"' }] }) as string;
  expect(picture).toContain("a&#60;b &#38; &#34;c&#34;, 1,024 tokens");
});

test("new figures replace those of the same cell and keep the others; another machine or version begins anew", () => {
  const again: Result = { ...OURS, outcome: { figures: figures(300, 1e9) } };
  const now = { ...FILE, versions: { node: "20.20.2", torch: "2.13.0" }, results: [again] };
  const merged = mergeResults(FILE, now);
  expect(merged.results.map(({ name }) => name)).toEqual(FILE.results.map(({ name }) => name));
  expect(merged.results[0]).toBe(again);
  expect(merged.versions).toEqual({ node: "20.20.2", onnxruntime: "1.30.0", torch: "2.13.0" });
  expect(mergeResults(null, now)).toBe(now);
  expect(mergeResults({ ...FILE, machine: { ...FILE.machine, threads: 8 } }, now)).toBe(now);
  expect(mergeResults({ ...FILE, versions: { node: "22.0.0" } }, now)).toBe(now);
});

test("the file is read as it was written; one of another form counts as none", async () => {
  const folder = await mkdtemp(join(tmpdir(), "bench-file-"));
  try {
    const path = join(folder, "data", "bench.json");
    expect(await readBenchFile(path)).toBeNull();
    await writeBenchFile(path, FILE);
    expect(await readBenchFile(path)).toEqual(FILE);
    await writeFile(path, '{"measuredAt":"2026-01-01","results":{}}');
    expect(await readBenchFile(path)).toBeNull();
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("only what lies between its marks is replaced in the document", () => {
  const before =
    "# Bench\n\n<!-- measured: written by npm run bench -- --docs -->\n\nold\n\n<!-- end of measured -->\n\nmore\n";
  const after = replaceMeasured(before, "new\n");
  expect(after).toBe(before.replace("old", "new"));
  expect(replaceMeasured(after, "new")).toBe(after);
  expect(() => replaceMeasured("# Bench", "new")).toThrow("needs the lines");
});
