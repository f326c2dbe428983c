import { expect, it } from "vitest";
import { safeNextPath } from "./safe-next-path";

it.each(["/", "/runs", "/runs/run_1?from=a&b=%2F", "/datasets/x/mask"])("goes on to %s", (path) => {
  expect(safeNextPath(path)).toBe(path);
});

it.each([
  "https://evil.example",
  "//evil.example",
  "/\\evil.example",
  "/\t/evil.example",
  "javascript:alert(1)",
  "runs",
  "",
  undefined,
  ["/runs"],
  "/sign-in?next=/",
])("goes home instead of to %j", (path) => expect(safeNextPath(path)).toBe("/"));

it("never leads to another host", () => {
  for (const path of ["/\n/evil.example", "/ /evil.example", "/\\\\evil.example", "/%5Cevil.example"]) {
    expect(new URL(safeNextPath(path), "http://localhost:7860").host).toBe("localhost:7860");
  }
});
