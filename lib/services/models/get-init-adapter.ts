import type { AdapterSettings } from "@/lib/contracts/adapter-config";
import { readAdapterSettings } from "@/lib/models-catalog/read-adapter-settings";
import type { ServiceContext } from "../context";
import { confineModelPath } from "./confine-model-path";

/** What the adapter that a run goes on from was trained with; null for a new one. Throws AppError naming the folder. */
export async function getInitAdapter(ctx: ServiceContext, folder: string): Promise<AdapterSettings | null> {
  if (folder === "") return null;
  return readAdapterSettings(await confineModelPath(ctx, folder, "adapter"));
}
