/** @file A file that a build looks at, and reading its bytes wherever it lies. */
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { BlobReader } from "../git/blob-reader";

/** Where a source's files are read from. */
export type FileStore = { kind: "folder"; root: string } | { kind: "git"; gitDir: string; commit: string };

export interface SourceFile {
  /** Number of the source it belongs to. */
  source: number;
  /** Path inside the source, with slashes. */
  name: string;
  /** Lower-case language name. */
  language: string;
  bytes: number;
  /** Absolute path, or object id in the git store. */
  where: string;
}

/** Reads files of one store; close it at the end. */
export interface FileReader {
  /** Null when the file can't be read or is no file any more. */
  read(where: string): Promise<Buffer | null>;
  close(): void;
}

export function openFileReader(store: FileStore): FileReader {
  if (store.kind === "folder") return { read: readPath, close: () => undefined };
  const blobs = new BlobReader(store.gitDir);
  return { read: (id) => blobs.read(id), close: () => blobs.close() };
}

/** Between listing and opening, a file can become a link or a pipe: neither is followed or waited for. */
async function readPath(path: string): Promise<Buffer | null> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => null);
  if (file === null) return null;
  try {
    return (await file.stat()).isFile() ? await file.readFile() : null;
  } catch {
    return null;
  } finally {
    await file.close();
  }
}
