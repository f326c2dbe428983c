/** @file One file into the cache: streamed, resumed where an earlier attempt ended, proven by its hash, whole or not there. */
import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm, statfs } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { HubFile } from "@/lib/contracts/hub";
import { AppError } from "@/lib/errors";
import { blobPath, exists, findSize, linkBlob, repoFolder, snapshotPath } from "./cache/cache-layout";
import { withBlobLock } from "./cache/with-blob-lock";
import type { RepoAt } from "./get-repo";
import { type Hub, sleep } from "./open-hub";
import { readPieces } from "./read-bounded";
import { fileAddress } from "./repo-address";

/** A broken connection costs nothing but time, since the next attempt goes on where it broke. */
const MAX_ATTEMPTS = 5;
/** Left free on the disk. */
const SPARE_BYTES = 50_000_000;

export interface DownloadOptions {
  signal?: AbortSignal | undefined;
  /** Bytes of this file that are on disk, what was there before included. */
  onBytes?: ((bytes: number) => void) | undefined;
}

/**
 * The path of the snapshot's file, downloaded unless it is there. `at.revision` is a commit.
 * Errors: those of `hub.request`; `unavailable` when what comes is not what the Hub announced; `precondition_failed`
 * when the disk is full. What came so far stays for the next attempt, unless it is proven wrong.
 */
export async function downloadFile(
  hub: Hub,
  at: RepoAt,
  file: HubFile,
  options: DownloadOptions = {},
): Promise<string> {
  const folder = repoFolder(hub.cacheDir, at.type, at.repo);
  const pointer = snapshotPath(folder, at.revision, file.path);
  const blob = blobPath(folder, file.etag);
  if ((await findSize(pointer)) === file.bytes) {
    options.onBytes?.(file.bytes);
    return pointer;
  }
  // A link to a blob that was cut short, or a copy of one.
  if (await exists(pointer)) await rm(pointer);
  await withBlobLock(
    { cacheDir: hub.cacheDir, repoFolderName: basename(folder), etag: file.etag },
    options.signal,
    async () => {
      if ((await findSize(blob)) === file.bytes) return;
      await mkdir(dirname(blob), { recursive: true });
      await fetchBlob(hub, at, file, blob, options);
    },
  );
  options.onBytes?.(file.bytes);
  return linkBlob(folder, file.etag, at.revision, file.path);
}

async function fetchBlob(hub: Hub, at: RepoAt, file: HubFile, blob: string, options: DownloadOptions): Promise<void> {
  const partial = `${blob}.codetune.incomplete`;
  let wrong = 0;
  for (let attempt = 1; ; attempt++) {
    try {
      const digest = await fetchPart(hub, at, file, partial, options);
      if (digest === file.etag) break;
      await rm(partial, { force: true });
      // Bytes of an earlier attempt can be at fault; from the first byte on it is the sender.
      if (++wrong > 1 || attempt >= MAX_ATTEMPTS)
        throw new AppError(
          "unavailable",
          `${file.path} of ${at.repo} came with other contents than the Hub announced (its hash differs), twice; it was not kept. Try again later.`,
          { cause: "wrong" },
        );
    } catch (error) {
      options.signal?.throwIfAborted();
      const isPassing =
        error instanceof AppError &&
        error.code === "unavailable" &&
        error.cause !== "wrong" &&
        error.cause !== "offline";
      if (!isPassing || attempt >= MAX_ATTEMPTS) throw error;
      await sleep(hub.timeouts.backOffMs * 2 ** (attempt - 1), options.signal);
    }
  }
  await rename(partial, blob);
}

/** Appends what is missing to `partial`; returns the hash of the whole. */
async function fetchPart(
  hub: Hub,
  at: RepoAt,
  file: HubFile,
  partial: string,
  options: DownloadOptions,
): Promise<string> {
  const { signal, onBytes } = options;
  const subject = { ...at, path: file.path };
  let have = (await findSize(partial)) ?? 0;
  if (have > file.bytes) {
    await rm(partial);
    have = 0;
  }
  if (have < file.bytes || file.bytes === 0) await requireRoom(dirname(partial), file.bytes - have, file.path);
  let hash = startHash(file);
  for await (const piece of readPartial(partial, have)) hash.update(piece);
  signal?.throwIfAborted();
  if (have === file.bytes && (await exists(partial))) return hash.digest("hex");
  const { response, hubHeaders } = await hub.request(fileAddress(at.type, at.repo, at.revision, file.path), {
    subject,
    signal,
    retries: 3,
    allow: [416],
    headers: have > 0 ? { range: `bytes=${have}-` } : {},
  });
  const announced = Number(hubHeaders.get("x-linked-size") ?? totalOf(response) ?? file.bytes);
  if (response.status === 416 || announced !== file.bytes) {
    await response.body?.cancel().catch(() => {});
    await rm(partial, { force: true });
    throw new AppError(
      "unavailable",
      `${file.path} of ${at.repo} has ${announced} bytes by one answer of the Hub and ${file.bytes} by another; nothing of it was kept. Try again later.`,
    );
  }
  const isResumed = have > 0 && response.status === 206;
  if (!isResumed) {
    have = 0;
    hash = startHash(file);
  }
  onBytes?.(have);
  const out = await open(partial, isResumed ? "a" : "w");
  try {
    for await (const piece of readPieces(response, hub.timeouts.idleMs, signal)) {
      have += piece.length;
      if (have > file.bytes) {
        await rm(partial, { force: true });
        throw new AppError(
          "unavailable",
          `The Hub sends more than the ${file.bytes} bytes that it announced for ${file.path} of ${at.repo}; nothing of it was kept. Try again later.`,
        );
      }
      hash.update(piece);
      await out.writeFile(piece).catch((cause: NodeJS.ErrnoException) => {
        throw cause.code === "ENOSPC" || cause.code === "EDQUOT" ? diskFull(dirname(partial), file.path, cause) : cause;
      });
      onBytes?.(have);
    }
    await out.sync();
  } finally {
    await out.close();
  }
  if (have < file.bytes)
    throw new AppError(
      "unavailable",
      `${file.path} of ${at.repo} was cut off after ${have} of ${file.bytes} bytes; start it again to go on from there.`,
    );
  return hash.digest("hex");
}

/** Git hashes a header before the content; LFS the content alone. */
function startHash(file: HubFile): Hash {
  return file.hash === "sha256" ? createHash("sha256") : createHash("sha1").update(`blob ${file.bytes}\0`);
}

async function* readPartial(path: string, bytes: number): AsyncGenerator<Buffer> {
  if (bytes > 0) yield* createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>;
}

/** Size of the whole file by the last host's answer. */
function totalOf(response: Response): number | null {
  const total = /\/(\d+)$/.exec(response.headers.get("content-range") ?? "")?.[1];
  if (total !== undefined) return Number(total);
  const length = response.headers.get("content-length");
  return length === null || response.status === 206 ? null : Number(length);
}

async function requireRoom(folder: string, bytes: number, path: string): Promise<void> {
  // Some file systems can't say; then the write itself will.
  const space = await statfs(folder).catch(() => null);
  if (space !== null && space.bavail * space.bsize < bytes + SPARE_BYTES) throw diskFull(folder, path, undefined);
}

function diskFull(folder: string, path: string, cause: unknown): AppError {
  return new AppError(
    "precondition_failed",
    `The disk that holds ${folder} has no room for ${path}: free some, or set HF_HOME to another disk, then start the download again; it goes on where it stopped.`,
    { cause },
  );
}
