import { EXIT } from "../exit-codes";
import { say } from "../say";
import type { SupervisedProcess } from "./supervised-process";

const WATCH_INTERVAL_MS = 500;

/** Children that live and end together: until a signal comes, or one of them cannot be kept alive. */
export class ProcessGroup {
  private readonly children: SupervisedProcess[] = [];
  private end: (exitCode: number) => void = () => {};
  private readonly ended = new Promise<number>((resolve) => {
    this.end = resolve;
  });
  isOver = false;

  add(child: SupervisedProcess): void {
    this.children.push(child);
  }

  /** From here on signals end the children: the first one in good order, a second one at once. */
  start(): void {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => this.onSignal());
    this.watchShell();
    for (const child of this.children) child.start();
  }

  /** npm runs us through a shell, which dies of a signal without passing it on. */
  private watchShell(): void {
    if (process.env["npm_lifecycle_event"] === undefined) return;
    const shell = process.ppid;
    const timer = setInterval(() => {
      if (process.ppid === shell) return;
      clearInterval(timer);
      this.onSignal();
    }, WATCH_INTERVAL_MS);
    timer.unref();
  }

  private onSignal(): void {
    if (this.isOver) for (const child of this.children) child.kill();
    else say("Stopping …");
    this.finish(EXIT.ok);
  }

  readonly giveUp = (): void => this.finish(EXIT.internal);

  private finish(exitCode: number): void {
    this.isOver = true;
    this.end(exitCode);
  }

  /** Resolves with the exit code when all children are gone. */
  async wait(): Promise<number> {
    const exitCode = await this.ended;
    await Promise.all(this.children.map((child) => child.stop()));
    return exitCode;
  }
}
