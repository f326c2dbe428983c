import { lastLines, runCommand } from "../setup/run-command.mjs";
import { type Program, programPath } from "./bundle";

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

/** The same with one of our own, in a process of its own. */
export const runProgram = (name: Program, ...args: string[]): Promise<Figures> =>
  runFigures(process.execPath, [programPath(name), ...args]);
