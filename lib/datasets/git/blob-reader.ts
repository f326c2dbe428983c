/** @file Contents of a repository's files, one after another, from one `git cat-file --batch`. */
import { spawnGit } from "./run-git";

/** One request at a time. Throws when git ends or does not know the object. */
export class BlobReader {
  private readonly child;
  private pending: Buffer = Buffer.alloc(0);
  private wake: (() => void) | null = null;
  private ended: Error | null = null;

  constructor(gitDir: string) {
    this.child = spawnGit(["--git-dir", gitDir, "cat-file", "--batch"]);
    this.child.stdout.on("data", (part: Buffer) => {
      this.pending = this.pending.length === 0 ? part : Buffer.concat([this.pending, part]);
      this.wake?.();
    });
    const end = (reason: string) => {
      this.ended ??= new Error(reason);
      this.wake?.();
    };
    this.child.on("close", () => end("git ended"));
    this.child.on("error", (error) => end(error.message));
    this.child.stdin.on("error", () => end("git ended"));
    this.child.stderr.resume();
  }

  async read(objectId: string): Promise<Buffer> {
    if (!/^[0-9a-f]{40,64}$/.test(objectId)) throw new Error("not an object id");
    this.child.stdin.write(`${objectId}\n`);
    let headEnd = this.pending.indexOf(10);
    while (headEnd < 0) {
      await this.more();
      headEnd = this.pending.indexOf(10);
    }
    const head = this.pending.toString("latin1", 0, headEnd);
    const size = Number(/^\S+ blob (\d+)$/.exec(head)?.[1] ?? Number.NaN);
    if (Number.isNaN(size)) {
      this.pending = this.pending.subarray(headEnd + 1);
      throw new Error(`git has no file ${objectId}`);
    }
    const start = headEnd + 1;
    // A line break follows the content.
    const parts = [this.pending.subarray(start)];
    let length = this.pending.length - start;
    while (length < size + 1) {
      this.pending = Buffer.alloc(0);
      await this.more();
      parts.push(this.pending);
      length += this.pending.length;
    }
    const all = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
    this.pending = all.subarray(size + 1);
    return all.subarray(0, size);
  }

  close(): void {
    this.ended ??= new Error("closed");
    this.child.stdin.end();
    this.child.kill();
  }

  private more(): Promise<void> {
    if (this.ended !== null) return Promise.reject(this.ended);
    return new Promise((resolve, reject) => {
      this.wake = () => {
        this.wake = null;
        if (this.pending.length === 0 && this.ended !== null) reject(this.ended);
        else resolve();
      };
    });
  }
}
