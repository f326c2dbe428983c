import type { ServiceContext } from "@/lib/services/context";
import { getHealth } from "@/lib/services/system/get-health";
import type { SupervisedProcess } from "./processes/supervised-process";

const INTERVAL_MS = 1000;

/**
 * A worker of our own, once the run or job waits and no other worker is alive. Asked again and again, because a worker that was
 * killed counts as alive for a while, and one that is alive now may end before it takes the run.
 */
export class StandInWorker {
  #process: SupervisedProcess | null = null;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly ctx: ServiceContext,
    private readonly create: () => SupervisedProcess,
  ) {}

  async look({ status }: { status: string }): Promise<void> {
    const now = this.ctx.now().getTime();
    if (this.#process !== null || status !== "queued" || now - this.#lookedAt < INTERVAL_MS) return;
    this.#lookedAt = now;
    if ((await getHealth(this.ctx)).status === "ok") return;
    this.#process = this.create();
    this.#process.start();
  }

  async stop(): Promise<void> {
    await this.#process?.stop();
  }

  kill(): void {
    this.#process?.kill();
  }
}
