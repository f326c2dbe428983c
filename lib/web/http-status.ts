import type { ErrorCode } from "@/lib/errors";

export const HTTP_STATUS: Record<ErrorCode, number> = {
  invalid_input: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  precondition_failed: 412,
  limit_exceeded: 413,
  too_many_attempts: 429,
  unavailable: 503,
  internal: 500,
};
