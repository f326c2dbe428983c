import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AppError } from "@/lib/errors";
import { readConfigFile } from "./read-config-file";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "codetune-config-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function read(name: string, text: string): Promise<unknown> {
  const path = join(folder, name);
  await writeFile(path, text);
  return readConfigFile(path);
}

test("JSON and YAML of the same settings are the same data", async () => {
  const settings = { model_type: "codetune/tiny-code", epochs: 3, target_modules: ["all-linear"] };
  expect(await read("a.json", JSON.stringify(settings))).toEqual(settings);
  const yaml = "model_type: codetune/tiny-code\nepochs: 3\ntarget_modules:\n  - all-linear\n";
  expect(await read("a.yaml", yaml)).toEqual(settings);
  expect(await read("a.yml", yaml)).toEqual(settings);
});

test.each([
  ["broken.json", '{\n  "epochs": 3,\n  "rank" 4\n}', "line 3"],
  ["cut.json", '{\n  "epochs": 3,', "line 2"],
  ["empty.json", "", "line 1"],
  ["broken.yaml", "epochs: 3\nrank: [1, 2\n", "line"],
  ["config.txt", "{}", "must be a .json"],
  ["huge.json", `"${"x".repeat(1_000_001)}"`, "larger"],
])("%s is refused with one sentence that names the file and what is wrong", async (name, text, part) => {
  const error = await read(name, text).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(AppError);
  expect((error as AppError).code).toBe("invalid_input");
  expect((error as AppError).message).toContain(name);
  expect((error as AppError).message).toContain(part);
  expect((error as AppError).message).not.toContain("\n");
});

test("a bomb of YAML aliases is refused instead of filling the memory", async () => {
  const levels = Array.from(
    { length: 12 },
    (_, i) =>
      `a${i}: &a${i} [${Array(10)
        .fill(i === 0 ? "x" : `*a${i - 1}`)
        .join(", ")}]`,
  );
  await expect(read("bomb.yaml", levels.join("\n"))).rejects.toBeInstanceOf(AppError);
});

test("a folder and a file that is not there are refused by name", async () => {
  await mkdir(join(folder, "folder.json"));
  await expect(readConfigFile(join(folder, "folder.json"))).rejects.toThrow("is not a file");
  await expect(readConfigFile(join(folder, "missing.json"))).rejects.toThrow("There is no file");
});
