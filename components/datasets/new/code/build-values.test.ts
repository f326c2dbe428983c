import { expect, test } from "vitest";
import { BuildSettings } from "@/lib/contracts/jobs/build-settings";
import { BUILD_FIELDS, BUILD_GROUPS, PLAIN_FIELDS } from "./build-fields";
import { DEFAULT_BUILD_VALUES, readBuildValues } from "./build-values";

test("what stands in the form at first are the schema's defaults", () => {
  const { settings, errors } = readBuildValues(DEFAULT_BUILD_VALUES);
  expect(errors).toEqual({});
  expect(BuildSettings.parse(settings)).toEqual(BuildSettings.parse({}));
});

test("every setting is asked for once", () => {
  const asked = [...PLAIN_FIELDS, ...BUILD_GROUPS.flatMap(({ fields }) => fields)];
  expect([...asked].sort()).toEqual(Object.keys(BUILD_FIELDS).sort());
});

test("lists go by lines and commas, but a comma inside a pattern stays", () => {
  const typed = { ...DEFAULT_BUILD_VALUES, languages: "python, typescript\n\n go ", include: "src/*.{js,ts}\n\n*.py " };
  const { settings } = readBuildValues(typed);
  expect(settings).toMatchObject({ languages: ["python", "typescript", "go"], include: ["src/*.{js,ts}", "*.py"] });
});

test("what is wrong is told under its own field", () => {
  const typed = { ...DEFAULT_BUILD_VALUES, held_out: "much", max_file_bytes: "0", seed: "1.5" };
  expect(Object.keys(readBuildValues(typed).errors).sort()).toEqual(["held_out", "max_file_bytes", "seed"]);
});
