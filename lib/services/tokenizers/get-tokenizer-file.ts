import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { TokenizerName } from "@/lib/contracts/tokenizer-name";
import { AppError } from "@/lib/errors";
import type { ServiceContext } from "../context";

const FILES = ["tokenizer.json", "tokenizer_config.json"];

/** Throws AppError `not_found` for a tokenizer or a file that isn't there. */
export async function getTokenizerFile(
  { paths }: ServiceContext,
  { name, file }: { name: string; file: string },
): Promise<Buffer> {
  const parsed = TokenizerName.safeParse(name);
  const content =
    parsed.success && FILES.includes(file)
      ? await readFile(join(paths.tokenizers, parsed.data, file)).catch(() => null)
      : null;
  if (content === null)
    throw new AppError("not_found", `There is no tokenizer ${name.slice(0, 100)} with a file ${file.slice(0, 100)}.`);
  return content;
}
