/** `model_type` of a Hugging Face config.json: the architectures that the engine can train. Its table has exactly these keys. */
export const SUPPORTED_MODEL_TYPES = [
  "llama",
  "mistral",
  "qwen2",
  "qwen3",
  "gemma",
  "gemma2",
  "gemma3_text",
  "phi",
  "phi3",
  "gpt2",
  "gpt_bigcode",
  "starcoder2",
  "gpt_neox",
] as const;
export type SupportedModelType = (typeof SUPPORTED_MODEL_TYPES)[number];

export const isSupportedModelType = (modelType: string | undefined): modelType is SupportedModelType =>
  SUPPORTED_MODEL_TYPES.some((supported) => supported === modelType);
