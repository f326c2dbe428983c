import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

function isRoot(folder: string): boolean {
  const file = join(folder, "package.json");
  if (!existsSync(file)) return false;
  try {
    return (JSON.parse(readFileSync(file, "utf8")) as { name?: unknown }).name === "codetune-studio";
  } catch {
    return false;
  }
}

function climb(start: string): string | null {
  for (let folder = start; ; folder = dirname(folder)) {
    if (isRoot(folder)) return folder;
    if (folder === dirname(folder)) return null;
  }
}

/**
 * The folder with our package.json, models/, examples/ and drizzle/migrations/. Found from this file (source or bundle
 * in dist/), else from the working directory, because a bundler may have moved this file.
 */
export function repositoryRoot(): string {
  const here = import.meta.url.startsWith("file:") ? climb(dirname(fileURLToPath(import.meta.url))) : null;
  return here ?? climb(process.cwd()) ?? process.cwd();
}
