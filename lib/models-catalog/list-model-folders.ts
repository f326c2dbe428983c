/** @file Where models are looked for, in order: those that ship with the studio, the studio's own folder, the Hugging Face cache. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { SHARD_INDEX_FILE, WEIGHTS_FILE } from "./read-model-weights";

export interface ModelFolder {
  id: string;
  path: string;
  isBundled: boolean;
}

export interface ModelPlaces {
  bundledModels: string;
  models: string;
  huggingFaceCache: string;
}

export async function listModelFolders(places: ModelPlaces): Promise<ModelFolder[]> {
  const bundled = (await modelsIn(places.bundledModels)).map((name) => ({
    id: `codetune/${name}`,
    path: join(places.bundledModels, name),
    isBundled: true,
  }));
  const own = (await ownModels(places.models)).map((id) => ({ id, path: join(places.models, id), isBundled: false }));
  const all = [...bundled, ...own, ...(await cachedModels(places.huggingFaceCache))];
  // The first of a name counts.
  return all.filter((folder, index) => all.findIndex((other) => other.id === folder.id) === index);
}

/** `models/<name>` and `models/<organisation>/<name>`. */
async function ownModels(root: string): Promise<string[]> {
  const ids = await modelsIn(root);
  for (const organisation of await foldersIn(root)) {
    if (ids.includes(organisation)) continue;
    for (const name of await modelsIn(join(root, organisation))) ids.push(`${organisation}/${name}`);
  }
  return ids;
}

/** The standard cache: `models--<org>--<name>/snapshots/<commit>`, the commit that `refs/main` names. */
async function cachedModels(hub: string): Promise<ModelFolder[]> {
  const found: ModelFolder[] = [];
  for (const folder of await foldersIn(hub)) {
    if (!folder.startsWith("models--")) continue;
    const commit = (await readFile(join(hub, folder, "refs", "main"), "utf8").catch(() => "")).trim();
    if (!/^[0-9a-f]{40}$/.test(commit)) continue;
    const path = join(hub, folder, "snapshots", commit);
    const id = folder.slice("models--".length).replaceAll("--", "/");
    if (await isModel(path)) found.push({ id, path, isBundled: false });
  }
  return found;
}

async function modelsIn(root: string): Promise<string[]> {
  const folders = await foldersIn(root);
  const are = await Promise.all(folders.map((folder) => isModel(join(root, folder))));
  return folders.filter((_, index) => are[index]);
}

/** A missing place has no models. */
async function foldersIn(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith("."))
    .map((entry) => entry.name)
    .sort();
}

async function isModel(path: string): Promise<boolean> {
  const [hasConfig, ...hasWeights] = await Promise.all(
    ["config.json", WEIGHTS_FILE, SHARD_INDEX_FILE].map(async (name) => {
      const info = await stat(join(path, name)).catch(() => null);
      return info?.isFile() ?? false;
    }),
  );
  return hasConfig === true && hasWeights.includes(true);
}
