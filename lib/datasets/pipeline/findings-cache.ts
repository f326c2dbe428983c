/** @file What earlier builds found in texts, by content: one folder for each kind of finding and version of its rules. */
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { MinhashSignature } from "../filters/near-duplicates/minhash";
import { FINDING_VERSIONS, type FileFindings, type FindingKind } from "./file-task";

const MAX_BYTES = 2_000_000_000;
const FLUSH_CHARS = 1 << 20;

type Encoded = string;

/** Signatures are 576 bytes; as JSON numbers they would be five times that. */
function encode(kind: FindingKind, value: unknown): Encoded {
  if (kind !== "signature" || value === null) return JSON.stringify(value);
  const { bins, bands } = value as MinhashSignature;
  return JSON.stringify(
    Buffer.concat([bins, new Uint8Array(bands.buffer, bands.byteOffset, bands.byteLength)]).toString("base64"),
  );
}

function decode(kind: FindingKind, text: Encoded): unknown {
  const value: unknown = JSON.parse(text);
  if (kind !== "signature" || typeof value !== "string") return value;
  const bytes = new Uint8Array(Buffer.from(value, "base64"));
  return { bins: bytes.slice(0, 512), bands: new Uint32Array(bytes.slice(512).buffer) } satisfies MinhashSignature;
}

/** One kind's findings. */
export class FindingsCache<K extends FindingKind> {
  private readonly known = new Map<string, Encoded>();
  private file: FileHandle | null = null;
  private pending: string[] = [];
  private pendingChars = 0;

  private constructor(
    private readonly kind: K,
    private readonly folder: string,
  ) {}

  /** A line that a killed build left half-written is passed over. */
  static async open<K extends FindingKind>(cacheDir: string, kind: K): Promise<FindingsCache<K>> {
    const folder = join(cacheDir, `${kind}-v${FINDING_VERSIONS[kind]}`);
    await mkdir(folder, { recursive: true });
    const cache = new FindingsCache(kind, folder);
    const names = (await readdir(folder)).filter((name) => name.endsWith(".jsonl")).sort();
    const sizes = await Promise.all(names.map((name) => stat(join(folder, name)).then(({ size }) => size)));
    if (sizes.reduce((sum, size) => sum + size, 0) > MAX_BYTES) {
      for (const name of names) await rm(join(folder, name), { force: true });
      return cache;
    }
    for (const name of names) {
      for await (const line of createInterface({ input: createReadStream(join(folder, name)) })) {
        const tab = line.indexOf("\t");
        if (tab > 0 && line.endsWith(";")) cache.known.set(line.slice(0, tab), line.slice(tab + 1, -1));
      }
    }
    return cache;
  }

  has(key: string): boolean {
    return this.known.has(key);
  }

  get(key: string): FileFindings[K] | undefined {
    const encoded = this.known.get(key);
    return encoded === undefined ? undefined : (decode(this.kind, encoded) as FileFindings[K]);
  }

  /** Written in larger parts, so that what a killed build had found is not lost. */
  async set(key: string, value: FileFindings[K]): Promise<void> {
    if (this.known.has(key)) return;
    const encoded = encode(this.kind, value);
    this.known.set(key, encoded);
    const line = `${key}\t${encoded};\n`;
    this.pending.push(line);
    this.pendingChars += line.length;
    if (this.pendingChars >= FLUSH_CHARS) await this.flush();
  }

  async close(): Promise<void> {
    await this.flush();
    await this.file?.close();
  }

  private async flush(): Promise<void> {
    if (this.pending.length === 0) return;
    this.file ??= await open(join(this.folder, `${Date.now().toString(36)}-${process.pid}.jsonl`), "a");
    const text = this.pending.join("");
    this.pending = [];
    this.pendingChars = 0;
    await this.file.writeFile(text);
  }
}
