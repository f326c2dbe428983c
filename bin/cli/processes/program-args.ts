import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { repositoryRoot } from "@/lib/config/repository-root";

/** Arguments for Node that make a child end with us; the file is in dist/ when we run from there, else a source. */
export function exitWithParentArgs(): string[] {
  const root = repositoryRoot();
  const isBundled = fileURLToPath(import.meta.url).startsWith(join(root, "dist"));
  const bundle = join(root, "dist", "exit-with-parent.mjs");
  if (isBundled && existsSync(bundle)) return ["--import", pathToFileURL(bundle).href];
  const tsx = join(root, "node_modules", "tsx", "dist", "loader.mjs");
  const source = join(root, "bin", "cli", "processes", "exit-with-parent.ts");
  return ["--import", pathToFileURL(tsx).href, "--import", pathToFileURL(source).href];
}
