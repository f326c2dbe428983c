import { getWorkers } from "@/lib/services/system/get-workers";
import { json } from "@/lib/web/json";
import { route } from "@/lib/web/route";

/** The one that reported last comes first. */
export const GET = route(async ({ ctx }) => json(await getWorkers(ctx)));
