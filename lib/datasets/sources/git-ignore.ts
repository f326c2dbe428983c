/** @file `.gitignore` files as git applies them: the deepest file that has a say wins. */
import { readFile, stat } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import ignore, { type Ignore } from "ignore";

const MAX_IGNORE_BYTES = 1_000_000;
const MAX_LEVELS = 64;

export interface IgnoreLevel {
  /** Absolute folder that the rules lie in. */
  folder: string;
  rules: Ignore;
}

/** The folder's own rules, or null. A broken or huge file has none. */
export async function findIgnoreLevel(folder: string, fileName = ".gitignore"): Promise<IgnoreLevel | null> {
  const path = join(folder, fileName);
  try {
    const info = await stat(path);
    if (!info.isFile() || info.size > MAX_IGNORE_BYTES) return null;
    return { folder, rules: ignore().add(await readFile(path, "utf8")) };
  } catch {
    return null;
  }
}

/** Rules that hold in `root` because it lies inside a git work tree: those of the folders above, the topmost first. */
export async function listIgnoreLevelsAbove(root: string): Promise<IgnoreLevel[]> {
  const levels: IgnoreLevel[] = [];
  let folder = root;
  for (let i = 0; i < MAX_LEVELS; i++) {
    if (await exists(join(folder, ".git"))) {
      const exclude = await findIgnoreLevel(folder, join(".git", "info", "exclude"));
      return [...(exclude === null ? [] : [exclude]), ...levels];
    }
    const parent = dirname(folder);
    if (parent === folder) break;
    folder = parent;
    const level = await findIgnoreLevel(folder);
    if (level !== null) levels.unshift(level);
  }
  // No work tree above: git would not read those files either.
  return [];
}

export function isIgnored(path: string, isFolder: boolean, levels: readonly IgnoreLevel[]): boolean {
  for (let i = levels.length - 1; i >= 0; i--) {
    const level = levels[i] as IgnoreLevel;
    const inside = relative(level.folder, path).split(sep).join("/");
    const { ignored, unignored } = level.rules.test(isFolder ? `${inside}/` : inside);
    if (ignored) return true;
    if (unignored) return false;
  }
  return false;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
