import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findImportProblems } from "./import-rules.mjs";

let folder;
const write = (name, text) => {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "codetune-imports-"));
  write("tsconfig.json", '{"compilerOptions":{"paths":{"@/*":["./*"]},"jsx":"react-jsx"}}');
  write("lib/contracts/a.ts", 'import { z } from "zod"; export const a = z.string(); export type A = string;');
  write(
    "lib/db/rows.ts",
    'import { sql } from "drizzle-orm"; import { a } from "@/lib/contracts/a"; export const rows = [sql, a]; export type Row = 1;',
  );
  write(
    "lib/services/get-run.ts",
    'import { rows } from "../db/rows"; export const getRun = () => rows; export type Run = 1;',
  );
  write("lib/engine/runtime/session.ts", 'import * as ort from "onnxruntime-node"; export const session = ort;');
  write("app/page.tsx", 'import { getRun } from "@/lib/services/get-run"; export const page = getRun;');
});
afterEach(() => rmSync(folder, { recursive: true }));

test("imports that keep the rules are no problem", async () => {
  expect(await findImportProblems(folder)).toEqual([]);
});

test.each([
  ["a page that reads the database", "app/bad.ts", 'import { rows } from "@/lib/db/rows"; export const x = rows;'],
  [
    "the same by a relative path",
    "app/runs/bad.ts",
    'import { rows } from "../../lib/db/rows"; export const x = rows;',
  ],
  ["the same through re-export", "app/bad.ts", 'export { rows } from "@/lib/db/rows";'],
  ["the same when needed only", "app/bad.ts", 'export const x = () => import("@/lib/db/rows");'],
  [
    "a component that calls a service",
    "components/bad.tsx",
    'import { getRun } from "@/lib/services/get-run"; export const x = getRun;',
  ],
  [
    "a service that knows Next",
    "lib/services/bad.ts",
    'import { headers } from "next/headers"; export const x = headers;',
  ],
  [
    "a service that knows the engine",
    "lib/services/bad.ts",
    'import { session } from "../engine/runtime/session"; export const x = session;',
  ],
  [
    "a query outside the database layer",
    "lib/services/bad.ts",
    'import { sql } from "drizzle-orm"; export const x = sql;',
  ],
  [
    "the engine's core on the runtime package",
    "lib/engine/graph/bad.ts",
    'import * as ort from "onnxruntime-node"; export const x = ort;',
  ],
  [
    "a trainer with database rights",
    "workers/onnx-trainer/bad.ts",
    'import { rows } from "@/lib/db/rows"; export const x = rows;',
  ],
  [
    "a contract that reads files",
    "lib/contracts/bad.ts",
    'import { readFile } from "node:fs"; export const x = readFile;',
  ],
])("%s is a problem", async (_, name, text) => {
  write(name, text);
  const problems = await findImportProblems(folder);
  expect(problems.length).toBeGreaterThan(0);
  expect(problems.every((problem) => problem.includes(name))).toBe(true);
});

test("types are free", async () => {
  write("components/good.tsx", 'import type { Run } from "@/lib/services/get-run"; export const x: Run = 1;');
  expect(await findImportProblems(folder)).toEqual([]);
});

test("ONNX Runtime in reach of a page is a problem, however long the chain", async () => {
  write("lib/web/helper.ts", 'export * from "./deeper";');
  write("lib/web/deeper.ts", 'export { session } from "../engine/runtime/session";');
  write("app/bad.ts", 'import { session } from "@/lib/web/helper"; export const x = session;');
  const problems = await findImportProblems(folder);
  expect(problems.join("\n")).toContain(
    "app/bad.ts → lib/web/helper.ts → lib/web/deeper.ts → lib/engine/runtime/session.ts → onnxruntime-node",
  );
});
