import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  ADAPTER_CONFIG_FILE,
  type AdapterSettings,
  MAX_ADAPTER_CONFIG_BYTES,
  parseAdapterConfig,
} from "@/lib/contracts/adapter-config";
import { AppError } from "@/lib/errors";

/** What an adapter folder says of itself. Throws AppError that names the folder, or the setting that cannot be applied. */
export async function readAdapterSettings(folder: string): Promise<AdapterSettings> {
  const path = join(folder, ADAPTER_CONFIG_FILE);
  const info = await stat(path).catch((cause: unknown) => {
    throw new AppError("not_found", `${folder} has no ${ADAPTER_CONFIG_FILE}; choose a folder with a PEFT adapter.`, {
      cause,
    });
  });
  if (info.size > MAX_ADAPTER_CONFIG_BYTES) throw new AppError("invalid_input", `${path} is larger than 1 MB.`);
  return parseAdapterConfig(await readFile(path, "utf8"), path);
}
