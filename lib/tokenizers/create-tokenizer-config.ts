/** @file `tokenizer_config.json`, the file beside `tokenizer.json` that names the special tokens for transformers. */

/** All tokens must be in the tokenizer's vocabulary; `modelMaxLength` is in tokens. */
export function createTokenizerConfig(options: {
  bosToken: string;
  eosToken: string;
  padToken: string;
  modelMaxLength: number;
  additionalSpecialTokens?: readonly string[];
}): Record<string, unknown> {
  return {
    tokenizer_class: "PreTrainedTokenizerFast",
    bos_token: options.bosToken,
    eos_token: options.eosToken,
    pad_token: options.padToken,
    unk_token: null,
    additional_special_tokens: [...(options.additionalSpecialTokens ?? [])],
    model_max_length: options.modelMaxLength,
    clean_up_tokenization_spaces: false,
  };
}
