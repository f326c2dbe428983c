/**
 * @file A measured process: started once, it does a step when told to and waits otherwise.
 *
 * Persistent processes rather than short ones: the first step of either side costs many times a later one (imports,
 * reading the checkpoint, opening sessions), so short ones would leave few rounds in the time there is, and turns would
 * lie half a minute apart. What a waiting process still does is measured (`waitingCpuSeconds`) instead of assumed:
 * thread pools of both sides spin for milliseconds after a step, and a pause lets that end.
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

const PAUSE_MS = 300;
const KEPT_CHARACTERS = 4000;

export type Reply = Readonly<Record<string, number>>;

export class Contestant {
  /** What the process said of itself after its first step, with `secondsToFirstStep` since it was started. */
  facts: Reply = {};
  /** The sentence it ended with; null while all is well. */
  failed: string | null = null;
  private process: { child: ChildProcessWithoutNullStreams; lines: Interface; replies: AsyncIterator<string> } | null =
    null;
  private errors = "";

  constructor(
    readonly name: string,
    private readonly command: readonly string[],
    private readonly cwd: string,
    private readonly say: (sentence: string) => void,
  ) {}

  /** Starts the process unless it runs or has failed; resolves when its first step is done. */
  async isReady(): Promise<boolean> {
    if (this.process !== null || this.failed !== null) return this.failed === null;
    const started = performance.now();
    const [program, ...args] = this.command as [string, ...string[]];
    const child = spawn(program, args, { cwd: this.cwd, stdio: "pipe" });
    // A process that cannot be started closes its streams, and one that dies breaks them: both end the replies.
    child.on("error", ({ message }) => {
      this.errors += message;
    });
    child.stdin.on("error", () => undefined);
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.errors = (this.errors + text).slice(-KEPT_CHARACTERS);
    });
    const lines = createInterface({ input: child.stdout });
    this.process = { child, lines, replies: lines[Symbol.asyncIterator]() };
    const facts = await this.read();
    if (facts === null) return false;
    this.facts = { ...facts, secondsToFirstStep: (performance.now() - started) / 1000 };
    return true;
  }

  /** One step, after a pause in which the one before comes to rest; null when the process is lost. */
  async takeTurn(): Promise<Reply | null> {
    if (!(await this.isReady())) return null;
    await sleep(PAUSE_MS);
    this.process?.child.stdin.write("step\n");
    return this.read();
  }

  private async read(): Promise<Reply | null> {
    const line = await this.process?.replies.next();
    if (line && !line.done) return JSON.parse(line.value);
    const how = await this.end();
    const lines = this.errors.trim().split("\n");
    const sentence = lines.findLast((each) => /^\w*Error\b.*: /.test(each)) ?? lines.at(-1);
    this.failed = `the process ended with ${how}: ${sentence || "it said nothing"}`;
    this.say(`${this.name}: ${this.failed}`);
    return null;
  }

  /** Ends the process and resolves with how it ended. */
  async end(): Promise<string> {
    if (this.process === null) return "nothing to end";
    const { child, lines } = this.process;
    this.process = null;
    lines.close();
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      child.stdin.end();
      await new Promise((resolve) => child.once("exit", resolve));
    }
    return child.signalCode ? `signal ${child.signalCode}` : `code ${child.exitCode}`;
  }
}
