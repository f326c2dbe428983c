/** @file A zip or tar of source code into a folder of ours, within bounds, and nothing anywhere else. */
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import tar from "tar-stream";
import yauzl from "yauzl";
import { AppError } from "@/lib/errors";

export interface UnpackLimits {
  /** Unpacked, all together. */
  maxBytes: number;
  maxEntries: number;
  /** Larger files are left out: they are no source code. */
  maxFileBytes: number;
  /** Unpacked ÷ packed, over all: a bomb has thousands. */
  maxRatio: number;
}

export const UNPACK_LIMITS: UnpackLimits = {
  maxBytes: 8e9,
  maxEntries: 500_000,
  maxFileBytes: 10_000_000,
  maxRatio: 200,
};
/** Below this much a high ratio is only a small archive of equal lines. */
const RATIO_FROM_BYTES = 50_000_000;

export interface Unpacked {
  files: number;
  bytes: number;
  /** What was not unpacked, with a few names each. */
  skipped: Map<string, { count: number; examples: string[] }>;
}

/** Errors: `invalid_input` for a damaged archive, `limit_exceeded` for one that unpacks into too much. */
export async function unpackArchive(
  path: string,
  into: string,
  {
    origin,
    limits = UNPACK_LIMITS,
    signal,
  }: { origin: string; limits?: UnpackLimits; signal?: AbortSignal | undefined },
): Promise<Unpacked> {
  const file = await open(path, "r");
  const magic = Buffer.alloc(2);
  let packedBytes: number;
  try {
    await file.read(magic, 0, 2, 0);
    packedBytes = (await file.stat()).size;
  } finally {
    await file.close();
  }
  const target = new Target(into, origin, packedBytes, limits);
  try {
    if (magic.toString("latin1") === "PK") await unpackZip(path, target, signal);
    else await unpackTar(path, magic.toString("latin1") === "\u001f\u008b", target, signal);
  } catch (cause) {
    if (cause instanceof AppError || signal?.aborted) throw cause;
    const detail = cause instanceof Error ? cause.message.slice(0, 160) : "";
    throw new AppError("invalid_input", `${origin} is damaged or no zip or tar archive (${detail}): pack it again.`, {
      cause,
    });
  }
  return target.result;
}

/** Where files go, and what has come so far. */
class Target {
  readonly result: Unpacked = { files: 0, bytes: 0, skipped: new Map() };
  private entries = 0;

  constructor(
    private readonly into: string,
    private readonly origin: string,
    private readonly packedBytes: number,
    private readonly limits: UnpackLimits,
  ) {}

  /** Where a file of this name goes; null when it does not, which is counted. */
  place(name: string, declaredBytes: number): string | null {
    if (++this.entries > this.limits.maxEntries) throw this.tooMuch(`more than ${this.limits.maxEntries} files`);
    const parts = name
      .replaceAll("\\", "/")
      .split("/")
      .filter((part) => part !== "" && part !== ".");
    const isOutside = name.startsWith("/") || /^[A-Za-z]:/.test(name) || parts.includes("..") || name.includes("\0");
    if (isOutside || parts.length === 0 || parts.length > 64 || parts.some((part) => Buffer.byteLength(part) > 255))
      return this.skip("path that leads elsewhere", name);
    if (declaredBytes > this.limits.maxFileBytes) return this.skip("too large", name);
    return join(this.into, ...parts);
  }

  skip(reason: string, name: string): null {
    const entry = this.result.skipped.get(reason) ?? { count: 0, examples: [] };
    this.result.skipped.set(reason, entry);
    entry.count++;
    if (entry.examples.length < 5) entry.examples.push(name.slice(0, 200));
    return null;
  }

  /** What the archive says of a size is not believed: bytes are counted as they come. */
  async write(path: string, content: AsyncIterable<Buffer>, signal: AbortSignal | undefined): Promise<void> {
    let own = 0;
    const count = async function* (this: Target, source: AsyncIterable<Buffer>) {
      for await (const chunk of source) {
        own += chunk.length;
        this.result.bytes += chunk.length;
        if (own > this.limits.maxFileBytes) throw this.tooMuch("a file that is larger than it says");
        if (this.result.bytes > this.limits.maxBytes) throw this.tooMuch(`more than ${this.limits.maxBytes / 1e9} GB`);
        if (this.result.bytes > RATIO_FROM_BYTES && this.result.bytes > this.packedBytes * this.limits.maxRatio)
          throw this.tooMuch(`more than ${this.limits.maxRatio} times its own size`);
        yield chunk;
      }
    };
    await pipeline(
      content,
      count.bind(this),
      createWriteStream(path, { flags: "wx", mode: 0o600 }),
      ...(signal ? [{ signal }] : []),
    );
    this.result.files++;
  }

  private tooMuch(what: string): AppError {
    return new AppError(
      "limit_exceeded",
      `${this.origin} unpacks into ${what}: pack only the source code, or name a folder on the server.`,
    );
  }
}

async function unpackZip(path: string, target: Target, signal: AbortSignal | undefined): Promise<void> {
  const zip = await new Promise<yauzl.ZipFile>((resolve, reject) =>
    yauzl.open(
      path,
      { lazyEntries: true, autoClose: false, decodeStrings: false, validateEntrySizes: false },
      (error, opened) => (error ? reject(error) : resolve(opened)),
    ),
  );
  try {
    await new Promise<void>((resolve, reject) => {
      zip.on("error", reject);
      zip.on("end", resolve);
      zip.on("entry", (entry: yauzl.Entry) => {
        unpackEntry(zip, entry, target, signal).then(() => zip.readEntry(), reject);
      });
      zip.readEntry();
    });
  } finally {
    zip.close();
  }
}

/** Not yet decoded, since yauzl refuses a whole archive for one bad name. The flag says UTF-8; old archives have code pages. */
function nameOf({ fileName, generalPurposeBitFlag }: yauzl.Entry): string {
  const bytes = fileName as unknown as Buffer;
  return bytes.toString(generalPurposeBitFlag & 0x800 ? "utf8" : "latin1");
}

/** Upper half of the attributes: the mode on Unix; 0xA000 is a symbolic link. */
const isLink = ({ externalFileAttributes }: yauzl.Entry): boolean =>
  ((externalFileAttributes >>> 16) & 0xf000) === 0xa000;

async function unpackEntry(
  zip: yauzl.ZipFile,
  entry: yauzl.Entry,
  target: Target,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  const fileName = nameOf(entry);
  const { uncompressedSize } = entry;
  if (fileName.endsWith("/")) return;
  if (isLink(entry)) return void target.skip("symbolic link", fileName);
  if (entry.isEncrypted()) return void target.skip("encrypted", fileName);
  const path = target.place(fileName, uncompressedSize);
  if (path === null) return;
  // Before the stream is opened: it must not fail while nobody listens.
  await mkdir(dirname(path), { recursive: true });
  const content = await new Promise<Readable>((resolve, reject) =>
    zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream))),
  );
  await target.write(path, content, signal);
}

async function unpackTar(
  path: string,
  isCompressed: boolean,
  target: Target,
  signal: AbortSignal | undefined,
): Promise<void> {
  const extract = tar.extract();
  const source = createReadStream(path);
  const fed = isCompressed ? pipeline(source, createGunzip(), extract) : pipeline(source, extract);
  fed.catch((error: Error) => extract.destroy(error));
  for await (const entry of extract) {
    signal?.throwIfAborted();
    const { name, size = 0, type } = entry.header;
    const place = type === "file" || type === "contiguous-file" ? target.place(name, size) : null;
    if (type === "symlink" || type === "link") target.skip("link", name);
    else if (type !== "directory" && type !== "file" && type !== "contiguous-file") target.skip("not a file", name);
    if (place === null) entry.resume();
    else {
      await mkdir(dirname(place), { recursive: true });
      await target.write(place, entry as unknown as AsyncIterable<Buffer>, signal);
    }
  }
  await fed;
}
