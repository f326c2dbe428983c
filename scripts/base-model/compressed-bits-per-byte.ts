/** @file What general compressors need for the same documents, in bits per byte. */
import { spawn } from "node:child_process";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";

export interface CompressedBitsPerByte {
  /** `xz -9e` of every file alone. */
  xzPerFile: number;
  /** `xz -9e` of all files in one stream, in order of their names: the stricter bar, since files help one another. */
  xzConcatenated: number;
  gzipPerFile: number;
  gzipConcatenated: number;
}

async function xzLength(data: Buffer): Promise<number> {
  const child = spawn("xz", ["-9e", "--stdout"], { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(data);
  const [compressed, code] = await Promise.all([
    buffer(child.stdout),
    new Promise<number | null>((resolve, reject) => child.on("close", resolve).on("error", reject)),
  ]);
  if (code !== 0) throw new Error(`xz ended with code ${code}.`);
  return compressed.length;
}

export async function measureCompressors(
  documents: readonly { name: string; text: string }[],
): Promise<CompressedBitsPerByte> {
  const files = documents.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(({ text }) => Buffer.from(text));
  const all = Buffer.concat(files);
  const bits = (bytes: number) => (bytes * 8) / all.length;
  let xz = 0;
  let gzip = 0;
  for (const file of files) {
    xz += await xzLength(file);
    gzip += gzipSync(file, { level: 9 }).length;
  }
  return {
    xzPerFile: bits(xz),
    xzConcatenated: bits(await xzLength(all)),
    gzipPerFile: bits(gzip),
    gzipConcatenated: bits(gzipSync(all, { level: 9 }).length),
  };
}
