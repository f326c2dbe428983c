import { expect, test } from "vitest";
import { BASE_PRECISIONS, METHODS, RunConfig } from "@/lib/contracts/run-config";
import { chooseCells } from "./choose-cells";
import { isUsual, listEngineCells, settingsOf } from "./engine-cells";
import { listPeftSettings } from "./peft-settings";
import { planRosters } from "./plan-rosters";
import { SHAPE_NAMES } from "./shapes";

const names = (cells: readonly { name: string }[]) => cells.map(({ name }) => name);

test("the matrix has every precision and method of the schema, nothing that no run may ask for, and no name twice", () => {
  const cells = listEngineCells();
  for (const shape of SHAPE_NAMES) {
    const ofShape = cells.filter((cell) => cell.shape === shape);
    for (const precision of BASE_PRECISIONS)
      for (const method of METHODS.filter((each) => each !== "full"))
        expect(ofShape.some((cell) => cell.precision === precision && cell.method === method)).toBe(true);
    const full = ofShape.filter(({ method }) => method === "full");
    expect(new Set(full.map(({ precision }) => precision))).toEqual(new Set(["fp32"]));
  }
  expect(new Set(names(cells)).size).toBe(cells.length);
});

test("every cell is a run that the schema takes", () => {
  for (const cell of listEngineCells())
    expect(() => RunConfig.parse({ model_type: "m", dataset_name: "d", ...settingsOf(cell) })).not.toThrow();
});

test("a usual run has every precision on the smallest shape, 8-bit on every shape, and no tiny model", () => {
  const usual = listEngineCells().filter(isUsual);
  const precisionsOf = (name: string, length: number) =>
    usual
      .filter(
        (cell) =>
          cell.shape === name && cell.blockLength === length && cell.method === "lora" && cell.memory === "plain",
      )
      .map(({ precision }) => precision);
  for (const length of [256, 1024]) expect(precisionsOf("135M", length)).toEqual([...BASE_PRECISIONS]);
  for (const shape of ["0.5B", "1.5B"])
    for (const length of [256, 1024]) expect(precisionsOf(shape, length)).toContain("int8");
  expect(usual.some(({ shape }) => shape === "tiny")).toBe(false);
  expect(new Set(usual.map(({ method }) => method))).toEqual(new Set(METHODS));
});

test("filters take cells that have all their words, and add up", () => {
  expect(names(chooseCells(["--cells", "135M lora int8"]).engine)).toEqual([
    "135M 256 int8 lora plain",
    "135M 1024 int8 lora plain",
  ]);
  expect(names(chooseCells(["135M dora"]).engine)).toEqual(["135M 256 fp32 dora plain"]);
  expect(names(chooseCells(["135M 1024 int8 dora plain"]).engine)).toEqual(["135M 1024 int8 dora plain"]);
  const both = chooseCells(["--cells", "first loss", "quickstart"]);
  expect(names(both.programs)).toEqual(["first loss", "quickstart"]);
  expect(both.engine).toEqual([]);
  expect(names(chooseCells(["memory estimate"]).programs)).toEqual(["memory estimate"]);
  expect(names(chooseCells([]).programs)).not.toContain("memory estimate");
  expect(chooseCells(["--quick"]).programs).toEqual([]);
  expect(new Set(chooseCells(["--quick"]).engine.map(({ shape }) => shape))).toEqual(new Set(["tiny"]));
});

test("--vs takes the settings that its words name", () => {
  expect(chooseCells([]).settings).toEqual([]);
  expect(names(chooseCells(["--vs", "peft"]).settings)).toEqual(names(listPeftSettings()));
  expect(names(chooseCells(["--vs", "peft bf16"]).settings)).toEqual(["peft bf16 plain", "peft bf16 checkpointing"]);
});

test.each([
  [["--cells", "700B"], /700B.*quickstart.*int8.*135M/],
  [["--vs", "jax"], /--vs takes words of peft fp32/],
  [["--rounds", "0"], /--rounds/],
  [["--fast"], /--fast/],
])("%s is refused with a sentence", (args, message) => {
  expect(() => chooseCells(args)).toThrow(message);
});

test("every setting of PEFT takes turns with fp32 and 8-bit; what has no opponent is alone", () => {
  const cells = listEngineCells().filter(({ shape, blockLength }) => shape === "135M" && blockLength === 256);
  const rosters = planRosters(cells, listPeftSettings());
  const paired = rosters.filter(({ theirs }) => theirs !== null);
  expect(paired.map(({ theirs }) => theirs?.name)).toEqual(names(listPeftSettings()));
  for (const { ours } of paired) expect(names(ours)).toEqual(["135M 256 fp32 lora plain", "135M 256 int8 lora plain"]);
  const alone = rosters.filter(({ theirs }) => theirs === null);
  expect(alone.every(({ ours }) => ours.length === 1)).toBe(true);
  expect([...paired[0]!.ours, ...alone.flatMap(({ ours }) => ours)].map(({ name }) => name).toSorted()).toEqual(
    names(cells).toSorted(),
  );
});

test("without PEFT every cell is alone", () => {
  const cells = listEngineCells().filter(isUsual);
  expect(planRosters(cells, [])).toEqual(cells.map((cell) => ({ ours: [cell], theirs: null })));
});
