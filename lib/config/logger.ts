/** @file The log. Secrets are taken out by name wherever they might be passed along. */
import pino from "pino";

/** What our code may do with a log; pino's own logger fits. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const SECRET_NAMES = ["token", "password", "authorization", "cookie", "DATABASE_URL", "HF_TOKEN", "CODETUNE_TOKEN"];

/** JSON lines on standard error, so that standard output stays free for results. */
export function createLogger(level: string, name: string): Logger {
  const redact = { paths: SECRET_NAMES.flatMap((secret) => [secret, `*.${secret}`]), censor: "[secret]" };
  return pino(
    { name, level, redact, serializers: { error: pino.stdSerializers.err } },
    pino.destination({ dest: 2, sync: true }),
  );
}

export const silentLogger: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
