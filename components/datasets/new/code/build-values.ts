/** @file The settings of a build as they are typed, and back. */
import { BuildSettings } from "@/lib/contracts/jobs/build-settings";
import { fieldErrorsOf } from "@/lib/contracts/run-config";
import { BUILD_FIELDS, type BuildField } from "./build-fields";

/** Every setting as text: what is wrong can then stand in its field. Lists: one entry a line. */
export type BuildValues = Record<BuildField, string>;

function write(value: BuildSettings[BuildField]): string {
  return Array.isArray(value) ? value.join("\n") : String(value);
}

export const listOf = (text: string): string[] =>
  text
    .split(/[\n,]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");

function read(field: BuildField, text: string): unknown {
  switch (BUILD_FIELDS[field].input.kind) {
    case "switch":
      return text === "true";
    case "number":
      return text.trim() === "" ? undefined : Number(text);
    case "select":
      return text;
    case "list":
      // A pattern may hold a comma, as in *.{js,ts}.
      return field === "include" || field === "exclude"
        ? listOf(text.replaceAll(",", "\0")).map((each) => each.replaceAll("\0", ","))
        : listOf(text);
    case "checks":
    case "datasets":
      return listOf(text);
  }
}

const FIELDS = Object.keys(BUILD_FIELDS) as BuildField[];
const DEFAULTS = BuildSettings.parse({});

export const DEFAULT_BUILD_VALUES = Object.fromEntries(
  FIELDS.map((field) => [field, write(DEFAULTS[field])]),
) as BuildValues;

export const isChanged = (field: BuildField, values: BuildValues): boolean =>
  values[field].trim() !== DEFAULT_BUILD_VALUES[field];

/** What goes to the server, and what is wrong with it, per field. */
export function readBuildValues(values: BuildValues): { settings: unknown; errors: Record<string, string[]> } {
  const settings = Object.fromEntries(FIELDS.map((field) => [field, read(field, values[field])]));
  const parsed = BuildSettings.safeParse(settings);
  return { settings, errors: parsed.success ? {} : fieldErrorsOf(parsed.error) };
}
