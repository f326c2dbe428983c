import { AppError } from "@/lib/errors";

/** One AppError `invalid_input` for every problem of a form; a problem that several entries share is said once. */
export function refuseFields(what: string, fieldErrors: Record<string, string[]>): AppError {
  const unique = Object.fromEntries(
    Object.entries(fieldErrors).map(([field, messages]) => [field, [...new Set(messages)]]),
  );
  const problems = Object.entries(unique).map(([field, messages]) => `${field} ${messages.join(" and ")}`.trim());
  return new AppError("invalid_input", `${what}: ${problems.join("; ")}.`, { fieldErrors: unique });
}
