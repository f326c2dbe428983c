import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * A folder of an installed package, from this file or else from the working directory upwards. Not by `require.resolve`:
 * the web's bundler puts a number of its own in that place.
 */
export function findInstalledFolder(path: string): string {
  const here = import.meta.url.startsWith("file:") ? [dirname(fileURLToPath(import.meta.url))] : [];
  for (const start of [...here, process.cwd()]) {
    for (let folder = start; ; folder = dirname(folder)) {
      const found = join(folder, "node_modules", path);
      if (existsSync(found)) return found;
      if (folder === dirname(folder)) break;
    }
  }
  throw new Error(`node_modules/${path} is missing; run npm start once to install it`);
}
