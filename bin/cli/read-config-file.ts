import { readFile, stat } from "node:fs/promises";
import { extname } from "node:path";
import { parse as parseYaml, YAMLParseError } from "yaml";
import { AppError } from "@/lib/errors";

const MAX_BYTES = 1_000_000;

/** Plain data from a .json, .yaml or .yml file. Throws AppError `invalid_input` naming the file and the line. */
export async function readConfigFile(path: string): Promise<unknown> {
  const kind = extname(path).toLowerCase();
  if (![".json", ".yaml", ".yml"].includes(kind)) {
    throw new AppError("invalid_input", `${path} must be a .json, .yaml or .yml file.`);
  }
  const text = await readText(path);
  try {
    return kind === ".json" ? JSON.parse(text) : parseYaml(text);
  } catch (cause) {
    const language = kind === ".json" ? "JSON" : "YAML";
    throw new AppError("invalid_input", `${path} is no valid ${language}${placeOf(cause, text)}; correct it there.`, {
      cause,
    });
  }
}

async function readText(path: string): Promise<string> {
  const info = await stat(path).catch(() => null);
  if (info === null) throw new AppError("invalid_input", `There is no file ${path}; name a run configuration.`);
  if (!info.isFile()) throw new AppError("invalid_input", `${path} is not a file; name a run configuration.`);
  if (info.size > MAX_BYTES) throw new AppError("invalid_input", `${path} is larger than a run configuration can be.`);
  return readFile(path, "utf8");
}

/** " in line 3", from what the two parsers say in their own ways. */
function placeOf(error: unknown, text: string): string {
  if (error instanceof YAMLParseError) return error.linePos ? ` in line ${error.linePos[0].line}` : "";
  const position = error instanceof Error ? /at position (\d+)/.exec(error.message)?.[1] : undefined;
  if (position !== undefined) return ` in line ${text.slice(0, Number(position)).split("\n").length}`;
  // "Unexpected end of JSON input" has no position: it is the last line.
  return ` in line ${text.trimEnd().split("\n").length}`;
}
