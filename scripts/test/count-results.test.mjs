import { expect, test } from "vitest";
import { countResults } from "./count-results.mjs";

const file = (status, ...tests) => ({ status, assertionResults: tests.map((each) => ({ status: each })) });

test("every test counts once, whatever kept it from running", () => {
  const report = {
    testResults: [file("failed", "passed", "failed", "pending", "todo", "skipped"), file("passed", "passed")],
  };
  expect(countResults(report, 1)).toEqual({ passed: 2, failed: 1, skipped: 3 });
});

test("a file that does not load is a failure", () => {
  expect(countResults({ testResults: [file("passed", "passed"), file("failed")] }, 1)).toEqual({
    passed: 1,
    failed: 1,
    skipped: 0,
  });
});

test("a file whose hook failed after its tests passed is a failure", () => {
  expect(countResults({ testResults: [file("failed", "passed")] }, 1)).toEqual({ passed: 1, failed: 1, skipped: 0 });
});

test("an exit code that no test explains is a failure", () => {
  expect(countResults({ testResults: [file("passed", "passed")] }, 1).failed).toBe(1);
  expect(countResults(null, 137)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});
