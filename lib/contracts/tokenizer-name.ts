import { z } from "zod";

/** What a tokenizer is called; its folder below CODETUNE_HOME/tokenizers has the same name. */
export const TokenizerName = z
  .string()
  .trim()
  .min(1, "give it a name")
  .max(64, "must have at most 64 characters")
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]*$/,
    "may have letters, digits, dots, hyphens and underscores, and begins with a letter or digit",
  );
