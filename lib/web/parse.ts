import type { z } from "zod";
import { fieldErrorsOf } from "@/lib/contracts/run-config";
import { AppError } from "@/lib/errors";

/** What came from outside, as the schema says. Throws AppError `invalid_input` naming every field. */
export function parse<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const fieldErrors = fieldErrorsOf(result.error);
  const problems = Object.entries(fieldErrors).map(([field, messages]) => `${field} ${messages.join(" and ")}`.trim());
  throw new AppError("invalid_input", `Check the input: ${problems.join("; ")}.`, { fieldErrors });
}
