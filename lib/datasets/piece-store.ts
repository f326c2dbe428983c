/** @file The pieces of one split: their tokens in a file, so that memory holds a few numbers for each. */
import { readSync } from "node:fs";
import { type FileHandle, open, rm } from "node:fs/promises";
import type { Piece } from "./cut-document";

const FLUSH_TOKENS = 1 << 18;

export class PieceStore {
  readonly lengths: number[] = [];
  readonly masked: number[] = [];
  /** Index of each piece's document among all documents of the dataset. */
  readonly documents: number[] = [];
  tokens = 0;
  trainableTokens = 0;
  private readonly offsets: number[] = [];
  private buffer = new Int32Array(FLUSH_TOKENS);
  private buffered = 0;

  private constructor(
    private readonly file: FileHandle,
    private readonly path: string,
  ) {}

  static async create(path: string): Promise<PieceStore> {
    return new PieceStore(await open(path, "wx+"), path);
  }

  async add(ids: readonly number[], piece: Piece, document: number): Promise<void> {
    this.offsets.push(this.tokens);
    this.lengths.push(piece.length);
    this.masked.push(piece.masked);
    this.documents.push(document);
    this.tokens += piece.length;
    this.trainableTokens += piece.length - piece.masked;
    for (let i = piece.start; i < piece.start + piece.length; i++) {
      if (this.buffered === this.buffer.length) await this.flush();
      this.buffer[this.buffered++] = ids[i] as number;
    }
  }

  async flush(): Promise<void> {
    const bytes = new Uint8Array(this.buffer.buffer, 0, this.buffered * 4);
    for (let done = 0; done < bytes.byteLength; ) done += (await this.file.write(bytes, done)).bytesWritten;
    this.buffered = 0;
  }

  /** Reads a piece's tokens into `target`; call flush() once before. Synchronous, since pieces are small and many. */
  read(piece: number, target: Int32Array): void {
    const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
    const position = (this.offsets[piece] as number) * 4;
    for (let done = 0; done < bytes.byteLength; ) {
      const read = readSync(this.file.fd, bytes, done, bytes.byteLength - done, position + done);
      if (read === 0) throw new Error(`${this.path} ended early`);
      done += read;
    }
  }

  async remove(): Promise<void> {
    await this.file.close();
    await rm(this.path, { force: true });
  }
}
