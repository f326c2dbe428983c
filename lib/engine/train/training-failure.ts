import type { ExitCause } from "@/lib/contracts/run-status";

/** Ends a run. `message` is one sentence for people that says what to change. */
export class TrainingFailure extends Error {
  constructor(
    readonly exitCause: ExitCause,
    message: string,
    /** Optimizer steps done; null before training began. */
    readonly step: number | null,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "TrainingFailure";
  }
}
