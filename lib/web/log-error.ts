import { createLogger } from "@/lib/config/logger";

let fallback: ReturnType<typeof createLogger> | undefined;

/** Logs the cause of an error that people only see as a fixed sentence. Works before the service context exists. */
export function logError(error: unknown, message: string): void {
  fallback ??= createLogger(process.env.LOG_LEVEL || "info", "web");
  fallback.error({ error, cause: error instanceof Error ? error.cause : undefined }, message);
}
