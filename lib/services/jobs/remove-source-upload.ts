import type { DataJobSpec } from "@/lib/contracts/data-job";
import type { ServiceContext } from "../context";
import { removeUpload } from "../datasets/remove-upload";

/** A completed job's upload is superfluous. Those of other jobs are kept for a resume, and go after a day like all that is forgotten. */
export async function removeSourceUpload(ctx: ServiceContext, spec: DataJobSpec): Promise<void> {
  if ("source" in spec && "path" in spec.source) await removeUpload(ctx, spec.source.path);
}
