import type { ActionFailure } from "@/lib/contracts/action-result";
import { AppError, userMessage } from "@/lib/errors";

/** An error as people and programs may see it. What is not an AppError keeps its text to itself. */
export function failureOf(error: unknown): ActionFailure {
  const message = userMessage(error);
  if (!(error instanceof AppError)) return { ok: false, code: "internal", message };
  return { ok: false, code: error.code, message, ...(error.fieldErrors && { fieldErrors: error.fieldErrors }) };
}

/** Our own faults belong in the log; a person's mistake does not. */
export const isOurFault = (error: unknown): boolean =>
  !(error instanceof AppError) || error.code === "internal" || error.code === "unavailable";
