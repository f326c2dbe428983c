import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync, gzipSync } from "node:zlib";
import tar from "tar-stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UNPACK_LIMITS, unpackArchive } from "./unpack-archive";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "codetune-unpack-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

interface Entry {
  name: string;
  content: Buffer;
  /** Unix mode with the kind of file in it. */
  mode?: number;
  /** What the archive claims. */
  claimed?: number;
}

const CRC = Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});
const crc32 = (data: Buffer) =>
  (data.reduce((crc, byte) => ((CRC[(crc ^ byte) & 255] as number) ^ (crc >>> 8)) >>> 0, 0xffffffff) ^ 0xffffffff) >>>
  0;

/** PKZIP's APPNOTE 4.3: local headers with the data, then the central directory. */
function zipOf(entries: readonly Entry[]): Buffer {
  const parts: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, content, mode = 0o100644, claimed = content.length } of entries) {
    const packed = deflateRawSync(content);
    const file = Buffer.from(name);
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(0x800, 2);
    shared.writeUInt16LE(8, 4);
    shared.writeUInt32LE(crc32(content), 10);
    shared.writeUInt32LE(packed.length, 14);
    shared.writeUInt32LE(claimed, 18);
    shared.writeUInt16LE(file.length, 22);
    parts.push(Buffer.from("PK\u0003\u0004", "latin1"), shared, file, packed);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE((mode << 16) >>> 0, 6);
    rest.writeUInt32LE(offset, 10);
    central.push(Buffer.from("PK\u0001\u0002", "latin1"), Buffer.from([20, 3]), shared, rest, file);
    offset += 30 + file.length + packed.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write("PK\u0005\u0006", "latin1");
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, directory, end]);
}

async function tarOf(
  entries: readonly (Entry & { type?: "file" | "symlink" | "link"; linkname?: string })[],
): Promise<Buffer> {
  const pack = tar.pack();
  for (const { name, content, type = "file", linkname } of entries)
    pack.entry({ name, type, ...(linkname && { linkname }) }, content);
  pack.finalize();
  const parts: Buffer[] = [];
  for await (const part of pack) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

async function unpack(archive: Buffer, limits = UNPACK_LIMITS) {
  const path = join(dir, "archive");
  await writeFile(path, archive);
  const into = join(dir, "out");
  const result = await unpackArchive(path, into, { origin: "code.zip", limits });
  const files = (await readdir(into, { recursive: true, withFileTypes: true }).catch(() => [])).filter((entry) =>
    entry.isFile(),
  );
  return {
    ...result,
    names: files.map(({ parentPath, name }) => join(parentPath, name).slice(into.length + 1)).sort(),
    into,
  };
}

const CODE = { name: "src/a.ts", content: Buffer.from("export const a = 1;\n".repeat(100)) };
const B = { name: "b.py", content: Buffer.from("b = 2\n") };

test("zip, tar and tar.gz give their files byte for byte", async () => {
  for (const archive of [zipOf([CODE, B]), await tarOf([CODE, B]), gzipSync(await tarOf([CODE, B]))]) {
    const { names, into, bytes, files } = await unpack(archive);
    expect([names, files, bytes]).toEqual([["b.py", "src/a.ts"], 2, CODE.content.length + B.content.length]);
    expect(await readFile(join(into, "src/a.ts"))).toEqual(CODE.content);
    await rm(into, { recursive: true });
  }
});

test("nothing is written outside, and no link is made", async () => {
  const evil = ["../evil.ts", "a/../../evil.ts", "/etc/evil.ts", "C:\\evil.ts", "..\\evil.ts"].map((name) => ({
    name,
    content: B.content,
  }));
  for (const archive of [zipOf([...evil, B]), await tarOf([...evil, B])]) {
    const { names, skipped, into } = await unpack(archive);
    expect(names).toEqual(["b.py"]);
    expect(skipped.get("path that leads elsewhere")?.count).toBe(evil.length);
    expect((await readdir(dir)).sort()).toEqual(["archive", "out"]);
    await rm(into, { recursive: true });
  }
  const links = await unpack(
    await tarOf([
      { ...B, name: "l", type: "symlink", linkname: "/etc/passwd", content: Buffer.alloc(0) },
      { ...B, name: "h", type: "link", linkname: "../archive", content: Buffer.alloc(0) },
      B,
    ]),
  );
  expect([links.names, links.skipped.get("link")?.count]).toEqual([["b.py"], 2]);
  await rm(links.into, { recursive: true });
  const zipped = await unpack(zipOf([{ name: "l", content: Buffer.from("/etc/passwd"), mode: 0o120777 }, B]));
  expect([zipped.names, zipped.skipped.get("symbolic link")?.count]).toEqual([["b.py"], 1]);
});

test("a bomb is stopped by what comes out of it, whatever it claims", async () => {
  const zeros = Buffer.alloc(60_000_000);
  const limits = { ...UNPACK_LIMITS, maxFileBytes: 100_000_000 };
  await expect(unpack(zipOf([{ name: "zeros.ts", content: zeros }]), limits)).rejects.toThrow("times its own size");
  await rm(join(dir, "out"), { recursive: true, force: true });
  await expect(unpack(gzipSync(await tarOf([{ name: "zeros.ts", content: zeros }])), limits)).rejects.toThrow(
    "times its own size",
  );
  await rm(join(dir, "out"), { recursive: true, force: true });
  await expect(unpack(zipOf([{ ...CODE, claimed: 10 }]), { ...UNPACK_LIMITS, maxFileBytes: 1000 })).rejects.toThrow(
    "larger than it says",
  );
  await rm(join(dir, "out"), { recursive: true, force: true });
  await expect(
    unpack(zipOf(Array.from({ length: 20 }, (_, i) => ({ ...B, name: `${i}.ts` }))), {
      ...UNPACK_LIMITS,
      maxEntries: 10,
    }),
  ).rejects.toThrow("more than 10 files");
});

test("large files are left out, damaged archives refused", async () => {
  const { names, skipped } = await unpack(zipOf([{ name: "big.ts", content: Buffer.alloc(2000, 1) }, B]), {
    ...UNPACK_LIMITS,
    maxFileBytes: 1000,
  });
  expect([names, skipped.get("too large")?.count]).toEqual([["b.py"], 1]);
  const zip = zipOf([CODE, B]);
  for (const broken of [
    zip.subarray(0, zip.length - 30),
    gzipSync(await tarOf([CODE])).subarray(0, 60),
    Buffer.from("PK nonsense"),
  ]) {
    await rm(join(dir, "out"), { recursive: true, force: true });
    await expect(unpack(broken)).rejects.toThrow("damaged or no zip or tar");
  }
});
