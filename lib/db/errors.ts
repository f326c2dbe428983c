/** @file What the drivers throw, made the same for both. */
import { AppError } from "@/lib/errors";
import { describeUrl } from "./describe-url";

function* causes(error: unknown): Generator<{ code?: unknown; message?: unknown }> {
  for (let current = error, depth = 0; current instanceof Error && depth < 8; depth++) {
    yield current as { code?: unknown; message?: unknown };
    current = current.cause;
  }
}

/** Every code along the chain: Drizzle wraps the driver's error, and libSQL wraps SQLite's. */
function codesOf(error: unknown): string[] {
  const codes: string[] = [];
  for (const { code } of causes(error)) if (typeof code === "string") codes.push(code);
  return codes;
}

export function isUniqueViolation(error: unknown): boolean {
  if (
    codesOf(error).some(
      (code) => code === "23505" || code === "SQLITE_CONSTRAINT_UNIQUE" || code === "SQLITE_CONSTRAINT_PRIMARYKEY",
    )
  )
    return true;
  for (const { message } of causes(error)) {
    if (typeof message === "string" && message.includes("UNIQUE constraint failed")) return true;
  }
  return false;
}

/**
 * The database is there and will never take this statement with these values: data exceptions, constraints and limits
 * (classes 22, 23 and 54 of Postgres). Trying again is no use.
 */
export function isRefused(error: unknown): boolean {
  return codesOf(error).some(
    (code) => /^(?:22|23|54)[0-9A-Z]{3}$/.test(code) || /^SQLITE_(?:CONSTRAINT|MISMATCH|TOOBIG|RANGE)/.test(code),
  );
}

/** The other process holds the write lock of the libSQL file. */
export function isBusy(error: unknown): boolean {
  return codesOf(error).some((code) => code.startsWith("SQLITE_BUSY") || code.startsWith("SQLITE_LOCKED"));
}

/** The reason in a driver's words, short: a code, else the first line of the innermost message that has one. */
export function reasonOf(error: unknown): string {
  const code = codesOf(error).pop();
  if (code !== undefined) return code;
  const messages = [...causes(error)].map((cause) => String(cause.message ?? "")).filter((message) => message !== "");
  return messages.pop()?.split("\n")[0]?.slice(0, 200) ?? "no reason given";
}

export function unavailable(url: string, error: unknown): AppError {
  return new AppError(
    "unavailable",
    `The database ${describeUrl(url)} does not answer (${reasonOf(error)}); start it, or change DATABASE_URL.`,
    { cause: error },
  );
}
