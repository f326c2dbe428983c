import { join } from "node:path";
import { root } from "../setup/root.mjs";
import { lastLines, runCommand } from "../setup/run-command.mjs";

export type Figures = Record<string, number | string>;

/**
 * Runs a program that prints its figures as one JSON line, its last.
 * @throws Error with the last lines of one that fails
 */
export async function runFigures(command: string, args: readonly string[]): Promise<Figures> {
  const { code, output } = await runCommand(command, args);
  if (code !== 0) throw new Error(lastLines(output));
  const line = output.split("\n").findLast((each: string) => each.startsWith("{"));
  return JSON.parse(line ?? "{}");
}

/** The same with a TypeScript program of this folder, in a process of its own. */
export const runProgram = (name: string, ...args: string[]): Promise<Figures> =>
  runFigures(process.execPath, ["--import", "tsx", join(root, "scripts", "bench", name), ...args]);
