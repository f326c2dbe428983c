import { expect, test } from "vitest";
import type { DataJobProgress } from "@/lib/contracts/data-job";
import { throttleProgress } from "./throttle-progress";

test("lets through the first of each stage, and then one a while", () => {
  const said: string[] = [];
  let now = 0;
  const report = throttleProgress(
    ({ stage, done }) => said.push(`${stage} ${done}`),
    () => now,
  );
  const progress = (stage: string, done: number): DataJobProgress => ({ stage, done, total: null, unit: "files" });
  for (let done = 0; done <= 100; done++) {
    report(progress("a", done));
    now += 10;
  }
  report(progress("b", 0));
  report(progress("b", 1));
  expect(said).toEqual(["a 0", "a 40", "a 80", "b 0"]);
});
