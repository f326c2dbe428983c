/** @file How screens read from the API. */

/** Thrown with the server's own sentence; `status` 0 means that the server could not be reached. */
export class ApiError extends Error {
  readonly status: number;
  /** By setting, where the server says so. */
  readonly fieldErrors: Record<string, string[]>;

  constructor(status: number, message: string, fieldErrors: Record<string, string[]> = {}) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.fieldErrors = fieldErrors;
  }
}

/** The JSON of an API address. Throws ApiError. */
export async function fetchJson<T>(address: string, init?: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(address, init);
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new ApiError(0, "The studio can't be reached; check that it still runs.");
  }
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return body as T;
  const { message, fieldErrors } = (body ?? {}) as { message?: unknown; fieldErrors?: Record<string, string[]> };
  throw new ApiError(
    response.status,
    typeof message === "string" ? message : `The studio answered with status ${response.status}.`,
    fieldErrors,
  );
}
