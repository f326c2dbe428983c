import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL(".", import.meta.url));

/**
 * Three projects, so that two cores are shared sensibly: units run in parallel; tests that start processes or a
 * database, and browser tests, one file at a time with long limits.
 */
export default defineConfig({
  resolve: { alias: { "@": root.replace(/\/$/, "") } },
  test: {
    // A run without a single test is a failure: see scripts/test.mjs.
    passWithNoTests: false,
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          environment: "node",
          pool: "forks",
          include: ["{lib,drizzle,components,app,scripts,bin}/**/*.test.{ts,tsx,mjs}", "workers/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: "integration",
          environment: "node",
          pool: "forks",
          include: ["tests/**/*.test.ts"],
          exclude: ["tests/browser/**"],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: "browser",
          environment: "node",
          pool: "forks",
          include: ["tests/browser/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
