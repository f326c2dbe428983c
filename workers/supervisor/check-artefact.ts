import { realpath, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import type { RunConfig } from "@/lib/contracts/run-config";
import { AppError } from "@/lib/errors";
import { readSafetensorsHeader } from "@/lib/models-catalog/read-safetensors-header";

/** The folder of a finished adapter (or model), after a look at its files. Throws AppError that says what is wrong. */
export async function checkArtefact(path: string | null, runDir: string, method: RunConfig["method"]): Promise<string> {
  if (path === null) throw new AppError("internal", "the trainer named no folder.");
  const folder = await realpath(path).catch(() => null);
  if (folder === null || relative(await realpath(runDir), folder).startsWith("..")) {
    throw new AppError("internal", `${path} is not in the run's folder.`);
  }
  const [weights, settings] =
    method === "full" ? ["model.safetensors", "config.json"] : ["adapter_model.safetensors", "adapter_config.json"];
  if (!(await stat(join(folder, settings)).catch(() => null))?.isFile()) {
    throw new AppError("internal", `${settings} is missing.`);
  }
  const { tensors } = await readSafetensorsHeader(join(folder, weights));
  if (tensors.length === 0) throw new AppError("internal", `${weights} has no tensors.`);
  return folder;
}
