/** @file What a Hugging Face model folder says of itself: config.json, the weights' header, the card's licence. */
import { readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import { listModuleNames } from "@/lib/contracts/select-modules";
import type { ModelView } from "@/lib/contracts/views";
import { matchCheckpoint } from "@/lib/engine/models/match-checkpoint";
import { readArchitecture } from "@/lib/engine/models/open-architecture";
import { AppError } from "@/lib/errors";
import { countParameters, type ModelParts, modelPartsOf } from "./model-parts";
import { readModelWeights } from "./read-model-weights";

const MAX_JSON_BYTES = 4 * 1024 * 1024;
const Architectures = z.object({ architectures: z.array(z.string().max(200)).max(16) });

/**
 * The architecture of a folder whose weights are, by name and shape, those that it calls for.
 * @throws AppError invalid_input with the sentence that a run would end with
 */
export async function readModelParts(path: string, id: string): Promise<ModelParts> {
  return modelPartsOf((await readCheckedModel(path, id)).architecture);
}

/** The architecture of such a folder, and how long its files are. @throws as `readModelParts` */
export async function readCheckedModel(path: string, id: string) {
  const json = await readJson(join(path, "config.json"));
  const architecture = readArchitecture(json, `config.json of ${id}`);
  const { tensors, bytes } = await readModelWeights(path);
  const { problem } = matchCheckpoint(architecture, new Map(tensors.map(({ name, shape }) => [name, shape])));
  if (problem)
    throw new AppError("invalid_input", `The model ${id} ${problem}; download it again or fix its config.json.`);
  const elements = tensors.reduce((sum, tensor) => sum + tensor.elements, 0);
  return { json, architecture, bytes, elements };
}

/** Throws AppError `invalid_input` that names the file when the folder is no usable model, or none that can be trained. */
export async function readModelFolder(path: string, id: string, isBundled: boolean): Promise<ModelView> {
  const { json, architecture, bytes } = await readCheckedModel(path, id);
  if (!(await isFile(join(path, "tokenizer.json")))) {
    throw new AppError("invalid_input", `The model ${id} has no tokenizer.json, which training needs.`);
  }
  const { shape, linears } = architecture;
  const { model_type: modelType } = z.object({ model_type: z.string() }).parse(json);
  return {
    id,
    name: basename(id),
    architecture: Architectures.safeParse(json).data?.architectures[0] ?? modelType,
    parameters: countParameters(architecture),
    contextLength: shape.contextLength,
    vocabularySize: shape.vocabularySize,
    layers: shape.layers,
    hiddenSize: shape.hiddenSize,
    linearModules: listModuleNames(linears.map(({ module }) => module)).toSorted(),
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
