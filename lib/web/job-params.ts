import { z } from "zod";
import { idSchema } from "@/lib/contracts/ids";

/** Of addresses below /api/jobs/[jobId]. */
export const JobParams = z.object({ jobId: idSchema("job") });
