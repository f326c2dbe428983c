import { expect, test } from "vitest";
import { isAllowedLicense, listCorpusPackages } from "./corpus-package";
import { findLanguage, findReasonToSkip } from "./judge-source-file";
import { SketchIndex, sketchOf } from "./near-duplicates";

test.each([
  ["MIT", true],
  ["Apache-2.0 AND MIT", true],
  ["MIT OR GPL-3.0-only", true],
  ["(MIT OR Apache-2.0)", true],
  ["MIT AND LGPL-2.1", false],
  ["MPL-2.0", false],
  ["MIT License", false],
  ["", false],
])("licence %j allowed: %s", (expression, allowed) => {
  expect(isAllowedLicense(expression)).toBe(allowed);
});

test("no package is both trained on and held out, and every version is exact", async () => {
  const packages = await listCorpusPackages();
  expect(new Set(packages.map(({ name }) => name)).size).toBe(packages.length);
  for (const { version } of packages) expect(version).toMatch(/^\d+(\.\d+)+$/);
  expect(packages.filter(({ heldOut }) => heldOut).length).toBeGreaterThanOrEqual(5);
});

const source = `${Array.from({ length: 20 }, (_, i) => `export function add${"abcdefghijklmnopqrst"[i]}(left: number, right: number) {\n  return left + right;\n}\n`).join("\n")}`;
const reason = (text: string, path = "src/a.ts") => findReasonToSkip(path, Buffer.from(text));

test("written source stays; what no person wrote goes, with its reason", () => {
  expect(reason(source)).toBeNull();
  expect(reason(`// @generated\n${source}`)).toBe("generated");
  expect(reason(`${source}\n//# sourceMappingURL=a.js.map`)).toBe("compiled");
  expect(reason(`${source}${"x".repeat(1001)}`)).toBe("line over 1000 characters");
  expect(reason(`const table = [${"0x1f, 0x2e,\n".repeat(200)}];`)).toBe("a data table");
  expect(reason(source, "vendor/a.ts")).toBe("vendored, built or translated");
  expect(findReasonToSkip("a.ts", Buffer.concat([Buffer.from(source), Buffer.from([0xff, 0xfe])]))).toBe("not UTF-8");
  expect(findLanguage("a.d.ts")).toBeNull();
  expect(findLanguage("a.min.js")).toBeNull();
  expect(findLanguage("a.tsx")).toBe("typescript");
});

test("a copy with small changes is found, other code is not", () => {
  const index = new SketchIndex();
  index.add(sketchOf(source));
  expect(index.similarity(sketchOf(source.replace("left + right", "right + left")))).toBeGreaterThan(0.6);
  const other = "class Queue:\n    def __init__(self, items):\n        self.items = list(items)\n".repeat(3);
  expect(index.similarity(sketchOf(other))).toBe(0);
});
