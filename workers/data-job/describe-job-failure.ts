import { AppError } from "@/lib/errors";

/** From anything thrown to one sentence for people; the stack is for the log. */
export function describeJobFailure(error: unknown): string {
  if (error instanceof AppError && error.code !== "internal") return error.message;
  const code = error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? "") : "";
  if (code === "ENOSPC") return "The disk is full; make room and resume the job.";
  if (code === "EACCES" || code === "EPERM" || code === "EROFS")
    return "A folder of the studio cannot be written; check the permissions below CODETUNE_HOME and resume the job.";
  if (error instanceof AppError) return error.message;
  return "Something went wrong on our side; the job's log has the details.";
}
