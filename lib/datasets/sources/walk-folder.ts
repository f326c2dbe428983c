/** @file The files of a folder that git would track and people wrote, by the names of folders alone. */
import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { AppError } from "@/lib/errors";
import { findIgnoreLevel, type IgnoreLevel, isIgnored, listIgnoreLevelsAbove } from "./git-ignore";
import { findFolderSkip } from "./skip-reasons";

const MAX_ENTRIES = 1_000_000;
const MAX_DEPTH = 64;

export interface WalkOptions {
  /** What is left out is told here. */
  skips: { add(reason: string, example: string): void };
  /** Enters other people's code and build output too. */
  withVendored?: boolean;
  signal?: AbortSignal | undefined;
}

/**
 * Absolute paths, in their order. Symbolic links are never followed: those inside the folder lead to what is read anyway,
 * the others out of it. Errors: `not_found` for a folder that can't be listed, `limit_exceeded` beyond a million entries.
 */
export async function* walkFolder(
  root: string,
  { skips, withVendored = false, signal }: WalkOptions,
): AsyncGenerator<string> {
  let entriesSeen = 0;
  async function* visit(folder: string, above: readonly IgnoreLevel[], depth: number): AsyncGenerator<string> {
    const shown = `${relative(root, folder).split(sep).join("/")}/`;
    if (depth > MAX_DEPTH) {
      skips.add("nested too deeply", shown);
      return;
    }
    let entries: Dirent[];
    try {
      entries = await readdir(folder, { withFileTypes: true });
    } catch (cause) {
      if (depth === 0)
        throw new AppError("not_found", `The folder ${root} can't be read: check its path and permissions.`, { cause });
      skips.add("not readable", shown);
      return;
    }
    signal?.throwIfAborted();
    entriesSeen += entries.length;
    if (entriesSeen > MAX_ENTRIES) {
      throw new AppError(
        "limit_exceeded",
        `The folder ${root} has more than ${MAX_ENTRIES} entries: choose a folder inside it.`,
      );
    }
    const own = await findIgnoreLevel(folder);
    const levels = own === null ? above : [...above, own];
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    const siblings = entries.map((entry) => entry.name);
    for (const entry of entries) {
      const path = join(folder, entry.name);
      const name = relative(root, path).split(sep).join("/");
      if (entry.isSymbolicLink()) {
        skips.add("symbolic link", name);
      } else if (entry.isDirectory()) {
        const named = findFolderSkip(entry.name, siblings);
        const isKept = withVendored && named !== "version control";
        const skip = (isKept ? null : named) ?? (isIgnored(path, true, levels) ? "git-ignored" : null);
        if (skip === null) yield* visit(path, levels, depth + 1);
        else if (skip !== "version control") skips.add(skip, `${name}/`);
      } else if (!entry.isFile()) {
        skips.add("not a file", name);
      } else if (isIgnored(path, false, levels)) {
        skips.add("git-ignored", name);
      } else {
        yield path;
      }
    }
  }
  yield* visit(root, await listIgnoreLevelsAbove(root), 0);
}
