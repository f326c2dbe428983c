/** @file From anything thrown to an exit cause and one sentence for people; the stack is for the log. */
import type { ExitCause } from "@/lib/contracts/run-status";
import { OUT_OF_MEMORY } from "@/lib/engine/runtime/out-of-memory";
import { TrainingFailure } from "@/lib/engine/train/training-failure";
import { AppError } from "@/lib/errors";

export interface FailureDescription {
  cause: ExitCause;
  message: string;
  step: number | null;
}

/** @param phase what the trainer was doing: an invalid file is the data's fault or the model's */
export function describeFailure(error: unknown, phase: "setup" | "data" | "model" | "training"): FailureDescription {
  if (error instanceof TrainingFailure) return { cause: error.exitCause, message: error.message, step: error.step };
  if (error instanceof AppError && error.code !== "internal") {
    const isOurs = error.code === "conflict" || error.code === "unavailable";
    return {
      cause: phase === "data" ? "data_error" : isOurs ? "internal" : "user_config",
      message: error.message,
      step: null,
    };
  }
  const text =
    error instanceof Error ? `${(error as NodeJS.ErrnoException).code ?? ""} ${error.message}` : String(error);
  if (OUT_OF_MEMORY.test(text) || text.startsWith("ENOMEM")) {
    const message = "Memory ran out; lower batch_size or max_seq_length, or choose a smaller model.";
    return { cause: "out_of_memory", message, step: null };
  }
  if (text.startsWith("ENOSPC")) {
    return { cause: "internal", message: "The disk is full; make room and resume the run.", step: null };
  }
  if (/^(EACCES|EPERM|EROFS) /.test(text)) {
    return { cause: "internal", message: "The run's folder cannot be written; check its permissions.", step: null };
  }
  const message =
    error instanceof AppError
      ? error.message
      : "Something went wrong inside the trainer; the run's log has the details.";
  return { cause: "internal", message, step: null };
}
