/** @file Published models by their config.json. Weights are random: they cost as much to train as real ones. */

export interface Shape {
  /** As published, e.g. "SmolLM2-135M". */
  title: string;
  config: Readonly<Record<string, unknown>>;
}

const LLAMA = { architectures: ["LlamaForCausalLM"], model_type: "llama", hidden_act: "silu", torch_dtype: "bfloat16" };

const QWEN2 = {
  architectures: ["Qwen2ForCausalLM"],
  model_type: "qwen2",
  hidden_act: "silu",
  torch_dtype: "bfloat16",
  num_key_value_heads: 2,
  vocab_size: 151936,
  max_position_embeddings: 32768,
  rms_norm_eps: 1e-6,
  rope_theta: 1000000,
  tie_word_embeddings: true,
  use_sliding_window: false,
};

/** Keyed by the short name that cells carry. */
export const SHAPES = {
  /** For `--quick`: shows that everything runs, and nothing else. */
  tiny: {
    title: "a tiny model",
    config: {
      ...LLAMA,
      hidden_size: 64,
      intermediate_size: 160,
      num_hidden_layers: 2,
      num_attention_heads: 4,
      num_key_value_heads: 2,
      vocab_size: 512,
      max_position_embeddings: 2048,
      rms_norm_eps: 1e-5,
      tie_word_embeddings: true,
    },
  },
  "135M": {
    title: "SmolLM2-135M",
    config: {
      ...LLAMA,
      hidden_size: 576,
      intermediate_size: 1536,
      num_hidden_layers: 30,
      num_attention_heads: 9,
      num_key_value_heads: 3,
      vocab_size: 49152,
      max_position_embeddings: 8192,
      rms_norm_eps: 1e-5,
      rope_theta: 100000,
      tie_word_embeddings: true,
    },
  },
  "0.5B": {
    title: "Qwen2.5-Coder-0.5B",
    config: {
      ...QWEN2,
      hidden_size: 896,
      intermediate_size: 4864,
      num_hidden_layers: 24,
      num_attention_heads: 14,
    },
  },
  "1.5B": {
    title: "Qwen2.5-Coder-1.5B",
    config: {
      ...QWEN2,
      hidden_size: 1536,
      intermediate_size: 8960,
      num_hidden_layers: 28,
      num_attention_heads: 12,
    },
  },
} as const satisfies Record<string, Shape>;

export type ShapeName = keyof typeof SHAPES;
export const SHAPE_NAMES = Object.keys(SHAPES) as ShapeName[];
