/** @file The pieces of one split: their tokens in a file, so that memory holds a few numbers for each. */
import { readSync } from "node:fs";
import { type FileHandle, open, rm } from "node:fs/promises";
import type { Piece } from "./cut-sample";
import type { SampleRun } from "./training-sample";

const FLUSH_TOKENS = 1 << 18;

export class PieceStore {
  readonly lengths: number[] = [];
  /** Null where a piece is nothing but text. */
  readonly runs: (SampleRun[] | null)[] = [];
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

  async add(ids: readonly number[], { start, length, runs }: Piece, document: number): Promise<void> {
    this.offsets.push(this.tokens);
    this.lengths.push(length);
    this.runs.push(runs.every(({ part }) => part === "text" || part === "end") ? null : runs);
    this.documents.push(document);
    this.tokens += length;
    let at = start;
    for (const run of runs) {
      for (let i = 0; i < run.length; i++, at++) {
        const hasLoss = run.hasLoss && at > start;
        if (hasLoss) this.trainableTokens++;
        if (this.buffered === this.buffer.length) await this.flush();
        const id = ids[at] as number;
        this.buffer[this.buffered++] = hasLoss ? id : ~id;
      }
    }
  }

  async flush(): Promise<void> {
    const bytes = new Uint8Array(this.buffer.buffer, 0, this.buffered * 4);
    for (let done = 0; done < bytes.byteLength; ) done += (await this.file.write(bytes, done)).bytesWritten;
    this.buffered = 0;
  }

  /**
   * Reads a piece into `target`: a token with loss as its id, one without as the id's bitwise complement, which is negative.
   * Call flush() once before. Synchronous, since pieces are small and many.
   */
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
