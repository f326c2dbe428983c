/** @file A model folder's chat template: Jinja text that turns messages into one text. */
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { AppError } from "@/lib/errors";
import { findBoundedJson, shortName } from "./read-bounded-json";

const MAX_TEMPLATE_BYTES = 1_000_000;
const MAX_CONFIG_BYTES = 8_000_000;
const DEFAULT_NAME = "default";

export interface ChatTemplate {
  source: string;
  /** What templates see beside the messages: `bos_token`, `eos_token` and the others that the tokenizer names. */
  tokens: Record<string, string>;
  /** sha256 over both. */
  hash: string;
}

const Named = z.array(z.looseObject({ name: z.string(), template: z.string() })).max(100);
const TokenizerConfig = z.looseObject({ chat_template: z.union([z.string(), Named]).nullish() });

/**
 * `chat_template.jinja` where there is one, which is how transformers writes it now, else `chat_template` of
 * tokenizer_config.json; of several, the one named "default". Null where the model has none.
 * Errors: `invalid_input` naming the file that can't be used.
 */
export async function findChatTemplate(modelDir: string): Promise<ChatTemplate | null> {
  const path = join(modelDir, "tokenizer_config.json");
  const file = await findBoundedJson(path, MAX_CONFIG_BYTES);
  const source = (await findText(join(modelDir, "chat_template.jinja"))) ?? templateOf(file?.value, shortName(path));
  if (source === null) return null;
  if (Buffer.byteLength(source) > MAX_TEMPLATE_BYTES)
    throw new AppError("invalid_input", `The chat template of ${shortName(path)} is larger than 1 MB.`);
  const tokens = tokensOf(file?.value);
  const hash = createHash("sha256")
    .update(JSON.stringify([source, tokens]))
    .digest("hex");
  return { source, tokens, hash };
}

async function findText(path: string): Promise<string | null> {
  const info = await stat(path).catch(() => null);
  if (info === null) return null;
  if (info.size > MAX_TEMPLATE_BYTES) throw new AppError("invalid_input", `${shortName(path)} is larger than 1 MB.`);
  return readFile(path, "utf8");
}

function templateOf(config: unknown, name: string): string | null {
  const parsed = TokenizerConfig.safeParse(config ?? {});
  if (!parsed.success) throw new AppError("invalid_input", `${name} has a chat_template that is no text.`);
  const template = parsed.data.chat_template ?? null;
  if (template === null || typeof template === "string") return template;
  return (template.find((one) => one.name === DEFAULT_NAME) ?? template[0])?.template ?? null;
}

/** A token is written as its text, or as an object with the text in `content`. */
function tokensOf(config: unknown): Record<string, string> {
  const tokens: Record<string, string> = {};
  for (const [key, value] of Object.entries(config ?? {})) {
    if (!/^[a-z]+_token$/.test(key)) continue;
    const content: unknown = typeof value === "object" && value !== null ? Reflect.get(value, "content") : value;
    if (typeof content === "string") tokens[key] = content;
  }
  return tokens;
}
