/** @file What a Hugging Face model folder says of itself: config.json, the weights' header, the card's licence. */
import { readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import { isSupportedModelType, SUPPORTED_MODEL_TYPES } from "@/lib/contracts/model-types";
import { listModuleNames } from "@/lib/contracts/select-modules";
import type { ModelView } from "@/lib/contracts/views";
import { AppError } from "@/lib/errors";
import { linearModulesOf } from "./linear-modules";
import { readModelWeights } from "./read-model-weights";

const MAX_JSON_BYTES = 4 * 1024 * 1024;
const size = z.int().min(1).max(1e9);

const ModelType = z.object({ model_type: z.string().max(100) });

/** What GPT-2 and GPT-BigCode call n_…, under the names of the others. */
function withCommonNames(json: unknown): unknown {
  const names = z.looseObject({ n_positions: z.unknown(), n_layer: z.unknown(), n_embd: z.unknown() }).safeParse(json);
  if (!names.success) return json;
  const { n_positions, n_layer, n_embd, ...others } = names.data;
  return { max_position_embeddings: n_positions, num_hidden_layers: n_layer, hidden_size: n_embd, ...others };
}

const ModelConfig = z.preprocess(
  withCommonNames,
  z.object({
    architectures: z.array(z.string().max(200)).max(16).optional(),
    max_position_embeddings: size,
    vocab_size: size,
    num_hidden_layers: size,
    hidden_size: size,
  }),
);

/** Masks and tables that old checkpoints carry beside their weights. */
const COMPUTED = /\.(attn|attention)\.(bias|masked_bias)$|\.rotary_emb\.inv_freq$/;

/** Throws AppError `invalid_input` that names the file when the folder is no usable model, or none that can be trained. */
export async function readModelFolder(path: string, id: string, isBundled: boolean): Promise<ModelView> {
  const json = await readJson(join(path, "config.json"));
  // First: another kind of model need not have the other fields either.
  const modelType = ModelType.safeParse(json).data?.model_type;
  if (!isSupportedModelType(modelType)) {
    const found = modelType === undefined ? "has no model_type" : `is of type “${modelType}”`;
    const supported = SUPPORTED_MODEL_TYPES.join(", ");
    throw new AppError(
      "invalid_input",
      `config.json of ${id} ${found}, which can't be trained; supported: ${supported}.`,
    );
  }
  const config = ModelConfig.safeParse(json);
  if (!config.success) {
    const issue = config.error.issues[0];
    throw new AppError(
      "invalid_input",
      `config.json of ${id}: ${issue?.path.join(".") ?? "it"} ${issue?.message ?? "is wrong"}.`,
    );
  }
  if (!(await isFile(join(path, "tokenizer.json")))) {
    throw new AppError("invalid_input", `The model ${id} has no tokenizer.json, which training needs.`);
  }
  const { tensors, bytes } = await readModelWeights(path);
  return {
    id,
    name: basename(id),
    architecture: config.data.architectures?.[0] ?? modelType,
    parameters: tensors.reduce((sum, { name, elements }) => sum + (COMPUTED.test(name) ? 0 : elements), 0),
    contextLength: config.data.max_position_embeddings,
    vocabularySize: config.data.vocab_size,
    layers: config.data.num_hidden_layers,
    hiddenSize: config.data.hidden_size,
    // Sorted, since the order of a file's tensors means nothing.
    linearModules: listModuleNames(linearModulesOf(tensors).map(({ name }) => name)).toSorted(),
    bytes,
    isBundled,
    path,
    license: await readLicense(path),
  };
}

async function readJson(path: string): Promise<unknown> {
  const refuse = (why: string, cause?: unknown) => new AppError("invalid_input", `${path} ${why}.`, { cause });
  const { size: bytes } = await stat(path).catch((cause) => {
    throw refuse("is missing", cause);
  });
  if (bytes > MAX_JSON_BYTES) throw refuse(`is larger than ${MAX_JSON_BYTES} bytes`);
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw refuse("is no valid JSON", cause);
  }
}

/** `license:` of the card's front matter. */
async function readLicense(path: string): Promise<string | null> {
  const card = await readFile(join(path, "README.md"), "utf8").catch(() => "");
  const front = /^---\r?\n([\s\S]*?)\r?\n---/.exec(card.slice(0, 20_000))?.[1];
  const license = front?.split(/\r?\n/).find((line) => line.startsWith("license:"));
  return (
    license
      ?.slice("license:".length)
      .trim()
      .replace(/^["']|["']$/g, "") || null
  );
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() ?? false;
}
