import { z } from "zod";
import { idSchema } from "@/lib/contracts/ids";

/** Of addresses below /api/runs/[runId]. */
export const RunParams = z.object({ runId: idSchema("run") });
