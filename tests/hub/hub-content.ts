/** @file Files of the loopback Hub: in memory, or put together from parts, with the hashes that the Hub gives. */
import { createHash } from "node:crypto";
import { Readable } from "node:stream";

export interface HubContent {
  size: number;
  /** LFS files are redirected to the CDN, and their etag is this. */
  sha256: string | null;
  gitSha1: string;
  read(start: number, end: number): Readable;
}

const gitSha1Of = (bytes: Uint8Array) =>
  createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");

/** A regular file, kept in git. */
export function textContent(text: string | Uint8Array): HubContent {
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  return {
    size: bytes.length,
    sha256: null,
    gitSha1: gitSha1Of(bytes),
    read: (start, end) => Readable.from([bytes.subarray(start, end)]),
  };
}

/** A file in LFS. Git keeps a pointer to it, whose hash is `gitSha1`. */
export function lfsContent(bytes: Uint8Array): HubContent {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return {
    size: bytes.length,
    sha256,
    gitSha1: pointerSha1(sha256, bytes.length),
    read: (start, end) => Readable.from([bytes.subarray(start, end)]),
  };
}

function pointerSha1(sha256: string, size: number): string {
  return gitSha1Of(Buffer.from(`version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize ${size}\n`));
}
