/** @file Source code from a folder: what people wrote, without what git ignores, others wrote or programs made. */
import { createHash } from "node:crypto";
import { constants, type Dirent } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { DatasetDocument } from "@/lib/contracts/dataset";
import { AppError } from "@/lib/errors";
import { findLanguage } from "../languages";
import { findIgnoreLevel, type IgnoreLevel, isIgnored, listIgnoreLevelsAbove } from "./git-ignore";
import { findContentSkip, findFolderSkip, findNameSkip, findSizeSkip, MAX_FILE_BYTES } from "./skip-reasons";
import type { ReadSourceOptions } from "./source-reader";

const MAX_ENTRIES = 1_000_000;
const MAX_DEPTH = 64;

/**
 * Documents in the order of their paths. Symbolic links are never followed: those inside the folder lead to what is read
 * anyway, the others out of it. Files equal to an earlier one are left out, or the held-out split would hold copies.
 * Errors: `not_found` for a folder that can't be listed, `limit_exceeded` beyond a million entries.
 */
export async function* readFolder(root: string, options: ReadSourceOptions): AsyncGenerator<DatasetDocument> {
  const { skips, signal } = options;
  const seen = new Set<string>();
  for await (const path of walk(root, options)) {
    signal?.throwIfAborted();
    const name = relative(root, path).split(sep).join("/");
    const language = findLanguage(name);
    const nameSkip = findNameSkip(name) ?? (language === null ? "not source code" : null);
    if (nameSkip !== null || language === null) {
      skips.add(nameSkip ?? "not source code", name);
      continue;
    }
    const file = await readText(path, language);
    const skip = "skip" in file ? file.skip : findContentSkip(file.text, language);
    if ("skip" in file || skip !== null) {
      skips.add(skip ?? "not readable", name);
      continue;
    }
    const digest = createHash("sha256").update(file.text).digest("base64");
    if (seen.has(digest)) {
      skips.add("duplicate", name);
      continue;
    }
    seen.add(digest);
    yield { name, language, text: file.text };
  }
}

async function* walk(root: string, { skips, signal }: ReadSourceOptions): AsyncGenerator<string> {
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
        const skip = findFolderSkip(entry.name, siblings) ?? (isIgnored(path, true, levels) ? "git-ignored" : null);
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

const decoder = new TextDecoder("utf-8", { fatal: true });

async function readText(path: string, language: string): Promise<{ skip: string } | { text: string }> {
  try {
    // Between listing and opening, a file can become a link or a pipe: neither is followed or waited for.
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const info = await file.stat();
      if (!info.isFile()) return { skip: "not a file" };
      const skip = findSizeSkip(info.size, language);
      if (skip !== null) return { skip };
      const bytes = await file.readFile();
      if (bytes.length > MAX_FILE_BYTES) return { skip: "too large" };
      if (bytes.includes(0)) return { skip: "binary" };
      return { text: decoder.decode(bytes) };
    } finally {
      await file.close();
    }
  } catch (error) {
    const isEncoding =
      error instanceof TypeError && (error as NodeJS.ErrnoException).code === "ERR_ENCODING_INVALID_ENCODED_DATA";
    return { skip: isEncoding ? "binary" : "not readable" };
  }
}
