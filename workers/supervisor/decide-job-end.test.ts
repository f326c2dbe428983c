import { expect, test } from "vitest";
import { decideJobEnd } from "./decide-job-end";

const silent = { lastWord: null, exit: { code: null, signal: null }, protocolError: null };
const error = (isStopped: boolean) => ({
  ...silent,
  lastWord: { kind: "error", message: "It broke.", isStopped } as const,
});

test("what was done is done, also when it was to stop", () => {
  const done = { ...silent, lastWord: { kind: "done", outcome: {} } as const };
  for (const reason of [null, "person", "shutdown"] as const)
    expect(decideJobEnd(done, reason)).toEqual({ to: "completed", outcome: {} });
});

test("a person cancels, a shutdown interrupts, an error fails with its own sentence", () => {
  expect(decideJobEnd(error(true), "person")).toEqual({ to: "cancelled", error: null });
  expect(decideJobEnd(error(true), "shutdown")).toMatchObject({
    to: "interrupted",
    error: expect.stringMatching(/resume/),
  });
  expect(decideJobEnd(error(true), null)).toMatchObject({ to: "interrupted" });
  expect(decideJobEnd(error(false), "person")).toEqual({ to: "failed", error: "It broke." });
});

test("an end without a word says how it ended, and a stop that took too long is still a stop", () => {
  const killed = { ...silent, exit: { code: null, signal: "SIGKILL" as const } };
  expect(decideJobEnd(killed, null)).toMatchObject({ to: "failed", error: expect.stringMatching(/memory/) });
  expect(decideJobEnd(killed, "person")).toEqual({ to: "cancelled", error: null });
  const crashed = { ...silent, exit: { code: 134, signal: null } };
  expect(decideJobEnd(crashed, null)).toMatchObject({ to: "failed", error: expect.stringMatching(/exit code 134/) });
  expect(decideJobEnd(silent, null)).toMatchObject({
    to: "failed",
    error: expect.stringMatching(/could not be started/),
  });
  const babbling = { ...crashed, protocolError: "a line is no JSON" };
  expect(decideJobEnd(babbling, null)).toMatchObject({ to: "failed", error: expect.stringMatching(/protocol/) });
});
