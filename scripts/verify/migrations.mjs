import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { root } from "../setup/root.mjs";
import { runCommand } from "../setup/run-command.mjs";

const CONFIGS = ["drizzle/config.pg.ts", "drizzle/config.sqlite.ts"];

/** Runs drizzle-kit for both databases in `cwd`; its question about renames has nobody to answer it and fails. */
export async function generateMigrations(flags = [], cwd = root) {
  const kit = join(root, "node_modules", "drizzle-kit", "bin.cjs");
  const results = await Promise.all(
    CONFIGS.map((config) => runCommand(process.execPath, [kit, "generate", `--config=${config}`, ...flags], { cwd })),
  );
  return { code: Math.max(...results.map((result) => result.code)), output: results.map((r) => r.output).join("") };
}

function readTree(folder, prefix = "") {
  const files = new Map();
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory())
      for (const [key, text] of readTree(path, `${prefix}${name}/`)) files.set(key, text);
    else files.set(`${prefix}${name}`, readFileSync(path, "utf8"));
  }
  return files;
}

/** Generating again, on a copy, must change nothing. Returns a list of problems. */
export async function findMigrationDrift() {
  // Beside the project, not in the system's temporary folder: the schema's imports need node_modules above it.
  const copy = mkdtempSync(join(root, "node_modules", ".codetune-migrations-"));
  try {
    cpSync(join(root, "drizzle"), join(copy, "drizzle"), { recursive: true });
    cpSync(join(root, "lib"), join(copy, "lib"), { recursive: true });
    cpSync(join(root, "tsconfig.json"), join(copy, "tsconfig.json"));
    const before = readTree(join(copy, "drizzle", "migrations"));
    const { code, output } = await generateMigrations(["--name=verify"], copy);
    if (code !== 0) return [`drizzle-kit failed:\n${output}`];
    const after = readTree(join(copy, "drizzle", "migrations"));
    const changed = [...after.keys()].filter((name) => before.get(name) !== after.get(name));
    return changed.map(
      (name) => `drizzle/migrations/${name} is not in step with drizzle/schema; run npm run db:generate`,
    );
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
