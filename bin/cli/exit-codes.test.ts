import { CommanderError } from "commander";
import { expect, test } from "vitest";
import { isFinal, RUN_STATUSES } from "@/lib/contracts/run-status";
import { AppError } from "@/lib/errors";
import { EXIT, exitCodeOfError, exitCodeOfRun } from "./exit-codes";

test("only a completed run ends with 0", () => {
  for (const status of RUN_STATUSES.filter(isFinal)) {
    expect(exitCodeOfRun(status) === EXIT.ok).toBe(status === "completed");
  }
  expect(exitCodeOfRun("failed")).toBe(3);
  expect(exitCodeOfRun("stopped")).toBe(4);
  expect(exitCodeOfRun("interrupted")).toBe(4);
});

test("no error ends with 0, and the caller's mistakes are told from ours", () => {
  expect(exitCodeOfError(new AppError("invalid_input", "x"))).toBe(2);
  expect(exitCodeOfError(new AppError("unavailable", "x"))).toBe(5);
  expect(exitCodeOfError(new AppError("internal", "x"))).toBe(1);
  expect(exitCodeOfError(new TypeError("x"))).toBe(1);
  expect(exitCodeOfError("x")).toBe(1);
  expect(exitCodeOfError(new CommanderError(1, "commander.unknownOption", "x"))).toBe(2);
  expect(exitCodeOfError(new CommanderError(0, "commander.version", "x"))).toBe(0);
});
