/** @file Of a model's repository only what is read here: weights as safetensors, configuration, tokenizer. Never pickle. */
import type { HubFile } from "@/lib/contracts/hub";
import { AppError } from "@/lib/errors";

const WEIGHTS = /^model(-\d+-of-\d+)?\.safetensors$/;
const INDEX = "model.safetensors.index.json";
const TEXT = /\.(json|txt|jinja|model)$/;
/** Of training and of other engines; none is read. */
const NOT_READ =
  /^(trainer_state|training_args|all_results|train_results|eval_results)|\.(bin|msgpack|h5|onnx)\.index\.json$/;

/** Smallest first, so that what is wrong shows early. Throws `invalid_input` saying what the repository has instead. */
export function chooseModelFiles(repo: string, files: readonly HubFile[]): HubFile[] {
  const here = files.filter(({ path }) => !path.includes("/"));
  const has = (pattern: RegExp) => files.some(({ path }) => pattern.test(path));
  const weights = here.filter(({ path }) => WEIGHTS.test(path));
  const refuse = (what: string) => new AppError("invalid_input", `${repo} ${what}`);
  if (weights.length === 0) {
    if (has(/(^|\/)adapter_model\.safetensors$/))
      throw refuse("holds an adapter and no model: choose the model that it was made for.");
    if (has(/\.(bin|pt|pth|ckpt)$/))
      throw refuse(
        "has its weights as pickle files only (.bin), which can run code when opened: choose a copy with .safetensors files.",
      );
    if (has(/\.gguf$/))
      throw refuse("has GGUF files only, which can't be trained: choose the model that they were made from.");
    throw refuse("has no weights (no .safetensors file), so there is nothing to train.");
  }
  if (!here.some(({ path }) => path === "config.json"))
    throw refuse("has no config.json, so its architecture can't be known.");
  const isSharded = !weights.some(({ path }) => path === "model.safetensors");
  if (isSharded && !here.some(({ path }) => path === INDEX))
    throw refuse(`has weights in several files without ${INDEX}; choose another model.`);
  const chosen = here.filter(({ path }) =>
    WEIGHTS.test(path) ? isSharded || path === "model.safetensors" : TEXT.test(path) && !NOT_READ.test(path),
  );
  return chosen
    .filter(({ path }) => isSharded || path !== INDEX)
    .sort((a, b) => a.bytes - b.bytes || (a.path < b.path ? -1 : 1));
}
