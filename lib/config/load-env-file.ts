/** @file Reads `.env` of the working directory into `process.env`. Variables that are already set win. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const LINE = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$/;

/** `NAME=value` lines; quotes around a value are taken off, a `#` after a space starts a comment. */
export function parseEnvFile(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const match = LINE.exec(line);
    if (match?.[1] === undefined || match[2] === undefined) continue;
    const quoted = /^(["'])(.*?)\1\s*(?:#.*)?$/.exec(match[2]);
    values[match[1]] = quoted ? (quoted[2] ?? "") : match[2].replace(/(^|\s)#.*$/, "").trimEnd();
  }
  return values;
}

/** Node's own loader needs 20.12 and we promise 20.9, hence the few lines above. */
export function loadEnvFile(directory: string = process.cwd()): void {
  const file = join(directory, ".env");
  if (!existsSync(file)) return;
  for (const [name, value] of Object.entries(parseEnvFile(readFileSync(file, "utf8")))) {
    process.env[name] ??= value;
  }
}
