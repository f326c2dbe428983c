/** @file config.json → architecture. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { isSupportedModelType, SUPPORTED_MODEL_TYPES, type SupportedModelType } from "@/lib/contracts/model-types";
import { AppError } from "@/lib/errors";
import type { Architecture } from "./architecture";
import { GemmaConfig, gemma } from "./gemma";
import { Gemma2Config, gemma2 } from "./gemma2";
import { Gemma3Config, gemma3 } from "./gemma3";
import { GptBigcodeConfig, gptBigcode } from "./gpt-bigcode";
import { GptNeoxConfig, gptNeox } from "./gpt-neox";
import { Gpt2Config, gpt2 } from "./gpt2";
import { LlamaConfig, llama } from "./llama";
import { MistralConfig, mistral } from "./mistral";
import { PhiConfig, phi } from "./phi";
import { Phi3Config, phi3 } from "./phi3";
import { QwenConfig, qwen2 } from "./qwen2";
import { Qwen3Config, qwen3 } from "./qwen3";
import { Starcoder2Config, starcoder2 } from "./starcoder2";

const MAX_CONFIG_BYTES = 1_000_000;

/** What is looked at before the architecture's own parts. */
const Outline = z.object({
  model_type: z.string().max(100),
  quantization_config: z.looseObject({ quant_method: z.string().max(100).catch("another format") }).nullish(),
});

/** Keyed by model_type, the field that Hugging Face configurations are told apart by. */
const ARCHITECTURES: Record<SupportedModelType, (config: unknown) => Architecture> = {
  llama: (config) => llama(LlamaConfig.parse(config)),
  gpt2: (config) => gpt2(Gpt2Config.parse(config)),
  gpt_bigcode: (config) => gptBigcode(GptBigcodeConfig.parse(config)),
  starcoder2: (config) => starcoder2(Starcoder2Config.parse(config)),
  phi: (config) => phi(PhiConfig.parse(config)),
  gpt_neox: (config) => gptNeox(GptNeoxConfig.parse(config)),
  mistral: (config) => mistral(MistralConfig.parse(config)),
  qwen2: (config) => qwen2(QwenConfig.parse(config)),
  qwen3: (config) => qwen3(Qwen3Config.parse(config)),
  gemma: (config) => gemma(GemmaConfig.parse(config)),
  gemma2: (config) => gemma2(Gemma2Config.parse(config)),
  gemma3_text: (config) => gemma3(Gemma3Config.parse(config)),
  phi3: (config) => phi3(Phi3Config.parse(config)),
};

/**
 * @param config what config.json says
 * @param source how a sentence names the file
 * @throws AppError that says what is wrong with it, or names the supported architectures
 */
export function readArchitecture(config: unknown, source: string): Architecture {
  const { model_type: modelType, quantization_config: quantization } = Outline.safeParse(config).data ?? {};
  if (!isSupportedModelType(modelType)) {
    const found = modelType === undefined ? "has no model_type" : `is of type "${modelType}"`;
    const supported = SUPPORTED_MODEL_TYPES.join(", ");
    throw new AppError("invalid_input", `${source} ${found}, which can't be trained; supported: ${supported}.`);
  }
  if (quantization) {
    const { quant_method: method } = quantization;
    throw new AppError(
      "invalid_input",
      `${source} describes weights quantized as ${method}; choose the original model.`,
    );
  }
  try {
    return ARCHITECTURES[modelType](config);
  } catch (cause) {
    const reason =
      cause instanceof z.ZodError
        ? cause.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ")
        : (cause as Error).message;
    throw new AppError("invalid_input", `${source} does not describe a model we can run: ${reason}.`, { cause });
  }
}

/**
 * Reads `config.json` of a model folder.
 * @throws AppError as `readArchitecture` does, or when there is no such file
 */
export async function openArchitecture(modelDir: string): Promise<Architecture> {
  const path = join(modelDir, "config.json");
  const text = await readFile(path, "utf8").catch((cause) => {
    throw new AppError("not_found", `${path} cannot be read; a model folder needs a config.json.`, { cause });
  });
  if (text.length > MAX_CONFIG_BYTES)
    throw new AppError("invalid_input", `${path} is longer than a configuration can be (1 MB).`);
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch (cause) {
    throw new AppError("invalid_input", `${path} is not valid JSON; download the model again.`, { cause });
  }
  return readArchitecture(config, path);
}
