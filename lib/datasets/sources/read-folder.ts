/** @file Source code from a folder: what people wrote, without what git ignores, others wrote or programs made. */
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { relative, sep } from "node:path";
import type { DatasetDocument } from "@/lib/contracts/dataset";
import { findLanguage } from "../languages";
import { findContentSkip, findNameSkip, findSizeSkip, MAX_FILE_BYTES } from "./skip-reasons";
import type { ReadSourceOptions } from "./source-reader";
import { walkFolder } from "./walk-folder";

/**
 * Documents in the order of their paths. Symbolic links are never followed: those inside the folder lead to what is read
 * anyway, the others out of it. Files equal to an earlier one are left out, or the held-out split would hold copies.
 * Errors: `not_found` for a folder that can't be listed, `limit_exceeded` beyond a million entries.
 */
export async function* readFolder(root: string, options: ReadSourceOptions): AsyncGenerator<DatasetDocument> {
  const { skips, signal } = options;
  const seen = new Set<string>();
  for await (const path of walkFolder(root, options)) {
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
