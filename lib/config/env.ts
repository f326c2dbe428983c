/** @file The environment, parsed once by entry points. A bad value stops the start with one line that says what to change. */
import { z } from "zod";
import { AppError } from "@/lib/errors";
import { loadEnvFile } from "./load-env-file";

const TRUE = ["true", "1", "yes", "on"];
const FALSE = ["false", "0", "no", "off"];

const flag = z
  .string()
  .transform((text) => text.toLowerCase())
  .refine((text) => TRUE.includes(text) || FALSE.includes(text), "must be true or false")
  .transform((text) => TRUE.includes(text));

const webAddress = z.string().refine((text) => {
  const url = tryUrl(text);
  return url?.protocol === "http:" || url?.protocol === "https:";
}, "must be an http:// or https:// address");

function tryUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

const DATABASE_SCHEMES = ["postgres:", "postgresql:", "file:", "libsql:", "http:", "https:", "ws:", "wss:"];

/** The value itself never appears in a message: it may hold a password. */
const databaseUrl = z
  .string()
  .refine(
    (text) => DATABASE_SCHEMES.some((scheme) => text.startsWith(scheme)),
    "must start with postgres://, postgresql://, file: or libsql://",
  )
  .refine(
    (text) => text.startsWith("file:") || tryUrl(text) !== null,
    "is no valid address (special characters in the password must be percent-encoded)",
  );

const Env = z.object({
  HOST: z.string().default("127.0.0.1"),
  PORT: z
    .string()
    .regex(/^\d+$/, "must be a port number, 0 to 65535")
    .transform(Number)
    .refine((port) => port <= 65535, "must be a port number, 0 to 65535")
    .default(7860),
  LOG_LEVEL: z
    .enum(
      ["trace", "debug", "info", "warn", "error", "fatal", "silent"],
      "must be trace, debug, info, warn, error, fatal or silent",
    )
    .default("info"),
  SQL_DEBUG: flag.default(false),
  CODETUNE_HOME: z.string().default("data"),
  CODETUNE_TOKEN: z
    .string()
    .min(16, "must have at least 16 characters")
    .regex(/^[\x21-\x7e]+$/, "must be plain characters without spaces, since it travels in a header")
    .optional(),
  /** Folders that datasets and models may be read from, separated like PATH. */
  CODETUNE_DATA_ROOTS: z.string().optional(),
  DATABASE_URL: databaseUrl.optional(),
  /** Set on a Hugging Face Space: the hosted layout. */
  SPACE_ID: z.string().optional(),
  HF_TOKEN: z.string().optional(),
  HF_ENDPOINT: webAddress.default("https://huggingface.co"),
  HF_HOME: z.string().optional(),
  HF_HUB_CACHE: z.string().optional(),
  HF_TOKEN_PATH: z.string().optional(),
  HF_HUB_OFFLINE: flag.default(false),
  XDG_CACHE_HOME: z.string().optional(),
  ARGILLA_API_URL: webAddress.optional(),
  ARGILLA_API_KEY: z.string().optional(),
});
export type Env = z.infer<typeof Env>;

/**
 * Parses variables; an empty one counts as absent. Throws AppError `invalid_input` naming every bad variable in one line.
 * Values are not repeated, since some are secret.
 */
export function parseEnv(source: Record<string, string | undefined>): Env {
  const present = Object.fromEntries(
    Object.entries(source).flatMap(([name, value]) => (value?.trim() ? [[name, value.trim()]] : [])),
  );
  const result = Env.safeParse(present);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${String(issue.path[0])} ${issue.message}`);
  throw new AppError("invalid_input", `Check the environment: ${problems.join("; ")}.`);
}

/** For entry points: `.env` of the working directory, then `process.env`. */
export function readEnv(): Env {
  loadEnvFile();
  return parseEnv(process.env);
}
