import { expect, test } from "vitest";
import { TrainingFailure } from "@/lib/engine/train/training-failure";
import { AppError } from "@/lib/errors";
import { describeFailure } from "./describe-failure";

const system = (code: string) => Object.assign(new Error(`${code}: something, write '/secret/path'`), { code });

test.each([
  [
    new TrainingFailure("diverged", "It diverged.", 7),
    "training",
    { cause: "diverged", message: "It diverged.", step: 7 },
  ],
  [new AppError("invalid_input", "Bad file."), "data", { cause: "data_error", message: "Bad file." }],
  [new AppError("invalid_input", "Bad model."), "model", { cause: "user_config", message: "Bad model." }],
  [new AppError("conflict", "Taken."), "setup", { cause: "internal", message: "Taken." }],
  [new AppError("internal", "Odd."), "training", { cause: "internal", message: "Odd." }],
  [new RangeError("Array buffer allocation failed"), "model", { cause: "out_of_memory" }],
  [new RangeError("Invalid typed array length: 99999999999"), "model", { cause: "out_of_memory" }],
  [new Error("std::bad_alloc"), "training", { cause: "out_of_memory" }],
  [new Error("Failed to allocate memory for requested buffer of size 99"), "training", { cause: "out_of_memory" }],
  [system("ENOSPC"), "training", { cause: "internal", message: expect.stringContaining("disk is full") }],
  [system("EACCES"), "setup", { cause: "internal", message: expect.stringContaining("permissions") }],
  [new TypeError("x is undefined\n    at secret.ts:1"), "training", { cause: "internal" }],
  ["a string", "training", { cause: "internal" }],
  [undefined, "training", { cause: "internal" }],
] as const)("%s while in %s", (error, phase, expected) => {
  const described = describeFailure(error, phase);
  expect(described).toMatchObject(expected);
  expect(described.message).not.toMatch(/secret|\n|undefined/);
});
