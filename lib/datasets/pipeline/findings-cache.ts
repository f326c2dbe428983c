/** @file What earlier builds found in texts, by content: one folder for each kind of finding and version of its rules. */
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { SIGNATURE_BYTES } from "../filters/near-duplicates/minhash";
import { FINDING_VERSIONS, type FileFindings, type FindingKind } from "./file-task";

const MAX_BYTES = 2_000_000_000;
const FLUSH_CHARS = 1 << 20;

/** Signatures stay as bytes, in large arrays that many share; everything else as JSON. */
type Kept = string | Uint8Array;

const SLAB_SIGNATURES = 4096;
let slab = new Uint8Array(0);
let slabUsed = 0;

function intern(signature: Uint8Array): Uint8Array {
  if (slabUsed + signature.length > slab.length) {
    slab = new Uint8Array(SIGNATURE_BYTES * SLAB_SIGNATURES);
    slabUsed = 0;
  }
  const kept = slab.subarray(slabUsed, slabUsed + signature.length);
  kept.set(signature);
  slabUsed += signature.length;
  return kept;
}

const keep = (value: unknown): Kept => (value instanceof Uint8Array ? intern(value) : JSON.stringify(value));

/** A line's text: JSON, with a signature as base64 in quotes. */
const toLine = (kept: Kept): string =>
  typeof kept === "string"
    ? kept
    : `"${Buffer.from(kept.buffer, kept.byteOffset, kept.byteLength).toString("base64")}"`;

function fromLine(kind: FindingKind, text: string): Kept {
  return kind === "signature" && text.startsWith('"') ? intern(Buffer.from(text.slice(1, -1), "base64")) : text;
}

/** One kind's findings. */
export class FindingsCache<K extends FindingKind> {
  private readonly known = new Map<string, Kept>();
  private file: FileHandle | null = null;
  private pending: string[] = [];
  private pendingChars = 0;

  private constructor(private readonly folder: string) {}

  /** A line that a killed build left half-written is passed over. */
  static async open<K extends FindingKind>(cacheDir: string, kind: K): Promise<FindingsCache<K>> {
    const folder = join(cacheDir, `${kind}-v${FINDING_VERSIONS[kind]}`);
    await mkdir(folder, { recursive: true });
    const cache = new FindingsCache<K>(folder);
    const names = (await readdir(folder)).filter((name) => name.endsWith(".jsonl")).sort();
    const sizes = await Promise.all(names.map((name) => stat(join(folder, name)).then(({ size }) => size)));
    if (sizes.reduce((sum, size) => sum + size, 0) > MAX_BYTES) {
      for (const name of names) await rm(join(folder, name), { force: true });
      return cache;
    }
    for (const name of names) {
      for await (const line of createInterface({ input: createReadStream(join(folder, name)) })) {
        const tab = line.indexOf("\t");
        if (tab > 0 && line.endsWith(";")) cache.known.set(line.slice(0, tab), fromLine(kind, line.slice(tab + 1, -1)));
      }
    }
    return cache;
  }

  has(key: string): boolean {
    return this.known.has(key);
  }

  get(key: string): FileFindings[K] | undefined {
    const kept = this.known.get(key);
    return (typeof kept === "string" ? JSON.parse(kept) : kept) as FileFindings[K] | undefined;
  }

  /** Written in larger parts, so that what a killed build had found is not lost. */
  async set(key: string, value: FileFindings[K]): Promise<void> {
    if (this.known.has(key)) return;
    const kept = keep(value);
    this.known.set(key, kept);
    const line = `${key}\t${toLine(kept)};\n`;
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
