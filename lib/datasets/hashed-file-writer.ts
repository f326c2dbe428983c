/** @file Appending to a file in large writes, with the sha256 of what was written. */
import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";

const FLUSH_BYTES = 1 << 20;

export class HashedFileWriter {
  bytes = 0;
  private readonly hash = createHash("sha256");
  private parts: Uint8Array[] = [];
  private pending = 0;

  private constructor(private readonly file: FileHandle) {}

  static async create(path: string): Promise<HashedFileWriter> {
    return new HashedFileWriter(await open(path, "wx"));
  }

  /** The array is kept until it is written: don't change it afterwards. */
  async write(part: Uint8Array): Promise<void> {
    this.parts.push(part);
    this.pending += part.byteLength;
    if (this.pending >= FLUSH_BYTES) await this.flush();
  }

  /** Closes the file; the sha256 in hexadecimal. */
  async end(): Promise<string> {
    await this.flush();
    await this.file.sync();
    await this.file.close();
    return this.hash.digest("hex");
  }

  /** For the way out after an error. */
  async abandon(): Promise<void> {
    await this.file.close().catch(() => undefined);
  }

  private async flush(): Promise<void> {
    const chunk = Buffer.concat(this.parts);
    this.parts = [];
    this.pending = 0;
    this.hash.update(chunk);
    this.bytes += chunk.byteLength;
    for (let done = 0; done < chunk.byteLength; ) {
      done += (await this.file.write(chunk, done)).bytesWritten;
    }
  }
}
