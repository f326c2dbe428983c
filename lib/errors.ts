/** @file The one error type people see. `message` is one sentence that says what to change; `cause` is for logs. */

export type ErrorCode =
  | "invalid_input"
  | "unauthenticated"
  | "forbidden"
  | "not_found"
  | "conflict"
  | "limit_exceeded"
  | "too_many_attempts"
  | "precondition_failed"
  | "unavailable"
  | "internal";

export class AppError extends Error {
  readonly code: ErrorCode;
  /** Messages per form field, e.g. `{ learning_rate: ["must be at most 0.01"] }`. */
  readonly fieldErrors: Record<string, string[]> | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; fieldErrors?: Record<string, string[]> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.fieldErrors = options.fieldErrors;
  }
}

/** A sentence that is safe to show: an AppError's own message, otherwise a fixed text (the cause stays in the log). */
export function userMessage(error: unknown): string {
  return error instanceof AppError ? error.message : "Something went wrong on our side; the log has the details.";
}
