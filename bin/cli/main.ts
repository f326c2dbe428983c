/** @file The program codetune-studio. bin/codetune-studio installs and builds first, then loads this file's bundle. */
import { CommanderError } from "commander";
import { AppError } from "@/lib/errors";
import { createProgram } from "./create-program";
import { exitCodeOfError } from "./exit-codes";

function report(error: unknown): void {
  // Commander has said its part already.
  if (error instanceof CommanderError) return;
  if (error instanceof AppError) {
    process.stderr.write(`${error.message}\n`);
    if (process.env["LOG_LEVEL"] === "debug" && error.cause !== undefined) console.error(error.cause);
    return;
  }
  console.error(error);
}

// A terminal that was closed, or `| head`: nobody reads on, and that is no reason to leave children behind.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

try {
  await createProgram().parseAsync(process.argv);
} catch (error) {
  report(error);
  process.exitCode = exitCodeOfError(error);
}
