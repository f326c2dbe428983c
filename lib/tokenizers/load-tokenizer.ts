/** @file A model folder's tokenizer. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { AppError } from "@/lib/errors";
import { createLibraryTokenizer } from "./library-tokenizer";
import { findPipelineTokenizer } from "./pipeline-tokenizer";
import { findBoundedJson, shortName } from "./read-bounded-json";
import type { Tokenizer, TokenizerCore } from "./tokenizer";
import { parseTokenizerFile, type TokenizerComponent } from "./tokenizer-file";

const MAX_TOKENIZER_BYTES = 64_000_000;
const MAX_CONFIG_BYTES = 8_000_000;

/** What tokenizers call their end of text when no file beside them says so. */
const USUAL_END_TOKENS = ["<|endoftext|>", "<|end_of_text|>", "</s>", "<eos>"];

/**
 * Reads `tokenizer.json` of a Hugging Face model folder, and the end-of-text and padding tokens from
 * `tokenizer_config.json`, `special_tokens_map.json` or `config.json`, whichever first names them.
 * Errors: `invalid_input`, one sentence that names the file and what is wrong with it.
 */
export async function loadTokenizer(modelDir: string): Promise<Tokenizer> {
  const path = join(modelDir, "tokenizer.json");
  const name = shortName(path);
  const file = await findBoundedJson(path, MAX_TOKENIZER_BYTES);
  if (file === null)
    throw new AppError("invalid_input", `${name} is missing: choose a model folder that has a tokenizer.json.`);
  const parsed = parseTokenizerFile(file.value, name);
  const core = findPipelineTokenizer(parsed, name) ?? createLibraryTokenizer(parsed, file.value as object, name);

  const eosTokenId = await findSpecialId(modelDir, core, "eos");
  if (eosTokenId === null) {
    throw new AppError(
      "invalid_input",
      `${name} has no end-of-text token: name one as eos_token in the folder's tokenizer_config.json.`,
    );
  }
  const padTokenId = (await findSpecialId(modelDir, core, "pad")) ?? eosTokenId;
  const hash = createHash("sha256").update(file.bytes).update(`\n${eosTokenId} ${padTokenId}`).digest("hex");
  const startTokenIds = await findStartIds(modelDir, core, parsed.post_processor);
  return { ...core, eosTokenId, startTokenIds, padTokenId, hash };
}

/** `add_bos_token` of tokenizer_config.json where it is given, else what stands before the text in the file's template. */
async function findStartIds(modelDir: string, core: TokenizerCore, template: TokenizerComponent): Promise<number[]> {
  const config = await findBoundedJson(join(modelDir, "tokenizer_config.json"), MAX_CONFIG_BYTES);
  const isAdded = property(config?.value, "add_bos_token");
  if (typeof isAdded !== "boolean") return templateStart(template, core);
  const token = isAdded ? tokenContent(property(config?.value, "bos_token")) : null;
  const id = token === null ? null : core.findId(token);
  return id === null ? [] : [id];
}

/** Special tokens before the text in `TemplateProcessing`, alone or among other steps. */
function templateStart(component: unknown, core: TokenizerCore): number[] {
  const steps = property(component, "processors");
  if (Array.isArray(steps)) return steps.slice(0, 10).flatMap((step) => templateStart(step, core));
  const parts = property(component, "single");
  if (property(component, "type") !== "TemplateProcessing" || !Array.isArray(parts)) return [];
  const text = parts.findIndex((part) => property(part, "Sequence") !== undefined);
  return parts.slice(0, Math.max(0, text)).flatMap((part) => {
    const token = property(property(part, "SpecialToken"), "id");
    return (typeof token === "string" ? core.findId(token) : null) ?? [];
  });
}

async function findSpecialId(modelDir: string, core: TokenizerCore, kind: "eos" | "pad"): Promise<number | null> {
  for (const fileName of ["tokenizer_config.json", "special_tokens_map.json"]) {
    const file = await findBoundedJson(join(modelDir, fileName), MAX_CONFIG_BYTES);
    const token = tokenContent(property(file?.value, `${kind}_token`));
    const id = token === null ? null : core.findId(token);
    if (id !== null) return id;
  }
  const config = await findBoundedJson(join(modelDir, "config.json"), MAX_CONFIG_BYTES);
  const value = property(config?.value, `${kind}_token_id`);
  const first: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof first === "number" && Number.isInteger(first) && first >= 0 && first < core.vocabularySize) return first;
  if (kind === "pad") return null;
  for (const token of USUAL_END_TOKENS) {
    const id = core.findId(token);
    if (id !== null) return id;
  }
  return null;
}

function property(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

/** A special token is written as its text, or as an object with the text in `content`. */
function tokenContent(value: unknown): string | null {
  const content = typeof value === "string" ? value : property(value, "content");
  return typeof content === "string" && content !== "" ? content : null;
}
