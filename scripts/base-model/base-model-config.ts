/** @file The bundled base model's shape, as its config.json says it. */
import { DEFAULT_CONFIG } from "@/lib/contracts/complete-config";

export const END_OF_TEXT = "<|endoftext|>";
/** In the order of their ids, from 0. */
export const SPECIAL_TOKENS = [
  END_OF_TEXT,
  "<|fim_prefix|>",
  "<|fim_middle|>",
  "<|fim_suffix|>",
  "<|fim_pad|>",
] as const;

export const BASE_MODEL = {
  architectures: ["LlamaForCausalLM"],
  model_type: "llama",
  vocab_size: 4096,
  hidden_size: 192,
  intermediate_size: 512,
  num_hidden_layers: 6,
  num_attention_heads: 3,
  num_key_value_heads: 3,
  head_dim: 64,
  max_position_embeddings: 1024,
  hidden_act: "silu",
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  attention_bias: false,
  mlp_bias: false,
  attention_dropout: 0,
  tie_word_embeddings: true,
  initializer_range: 0.02,
  bos_token_id: 0,
  eos_token_id: 0,
  pad_token_id: 0,
  torch_dtype: "bfloat16",
  use_cache: true,
} as const;

/** What the engine is told: every weight is trained, in sequences up to the whole context. */
export const FULL_TRAINING = {
  ...DEFAULT_CONFIG,
  method: "full" as const,
  max_seq_length: BASE_MODEL.max_position_embeddings,
};

/** Every activation is kept for the backward pass: the model is small, and nothing is computed twice. */
export const KEEP_BYTES = 6e9;
