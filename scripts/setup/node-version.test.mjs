import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { listSources } from "./fingerprint.mjs";
import { root } from "./root.mjs";

test("no source uses what the oldest Node that we promise does not have", () => {
  const folders = ["app", "bin", "components", "drizzle", "lib", "scripts", "workers"];
  const files = readdirSync(root).filter((name) => /\.(ts|mjs)$/.test(name));
  const sources = listSources(root, [...folders, ...files]).filter(({ name }) =>
    /(?<!\.test)\.(ts|tsx|mjs|cjs)$/.test(name),
  );
  expect(sources.length).toBeGreaterThan(100);
  // Node 20.11.
  const since2011 = /\bimport\.meta\.(dirname|filename)\b/;
  expect(
    sources.map(({ name }) => name).filter((name) => since2011.test(readFileSync(join(root, name), "utf8"))),
  ).toEqual([]);
});
