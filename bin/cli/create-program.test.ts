import { expect, test } from "vitest";
import { version } from "@/lib/config/version";
import { createProgram } from "./create-program";
import { exitCodeOfError } from "./exit-codes";

/** Parses without running anything: every case here ends in the parser. */
async function parse(...args: string[]): Promise<{ exitCode: number; output: string }> {
  let output = "";
  const write = (text: string) => {
    output += text;
  };
  const program = createProgram();
  for (const command of [program, ...program.commands, ...program.commands.flatMap((each) => each.commands)]) {
    command.configureOutput({ writeOut: write, writeErr: write });
  }
  const error = await program.parseAsync(["node", "codetune-studio", ...args]).then(
    () => null,
    (caught: unknown) => caught,
  );
  expect(error).not.toBeNull();
  return { exitCode: exitCodeOfError(error), output };
}

test.each([
  [["frobnicate"], 'there is no command "frobnicate"'],
  [["tran", "config.json"], 'there is no command "tran"'],
  [["--frobnicate"], "unknown option '--frobnicate'"],
  [["serve", "extra"], "too many arguments"],
  [["--port", "seven"], "must be a number from 0 to 65535"],
  [["serve", "--port", "65536"], "must be a number from 0 to 65535"],
  [["serve", "--port", "-1"], "must be a number from 0 to 65535"],
  [["--host"], "argument missing"],
  [["train"], "missing required argument 'config'"],
  [["train", "a.json", "b.json"], "too many arguments"],
  [["resume"], "missing required argument 'run'"],
  [["dataset", "frobnicate"], "unknown command 'frobnicate'"],
  [["dataset", "inspect"], "missing required argument 'dataset'"],
  [["db", "frobnicate"], "unknown command 'frobnicate'"],
])("%j is a wrong command line and says why", async (args, message) => {
  const { exitCode, output } = await parse(...args);
  expect(output).toContain(message);
  expect(exitCode).toBe(2);
});

test("--version prints the one version there is", async () => {
  expect(await parse("--version")).toEqual({ exitCode: 0, output: `${version}\n` });
});

test("--help names every command and the exit codes", async () => {
  const { exitCode, output } = await parse("--help");
  expect(exitCode).toBe(0);
  for (const name of ["serve", "worker", "train", "resume", "dataset", "doctor", "db", "Exit codes"])
    expect(output).toContain(name);
});
