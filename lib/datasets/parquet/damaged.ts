import { AppError } from "@/lib/errors";

/** What a broken Parquet file is answered with. */
export function damaged(name: string, what: string, cause?: unknown): AppError {
  return new AppError("invalid_input", `${name} is no whole Parquet file: ${what}. Get it anew, or write it again.`, {
    cause,
  });
}
