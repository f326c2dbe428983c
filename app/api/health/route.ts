import { getHealth } from "@/lib/services/system/get-health";
import { json } from "@/lib/web/json";
import { route } from "@/lib/web/route";

/** Open to all: it says that the studio lives, and nothing else. 200 as long as the database answers. */
export const GET = route(async ({ ctx }) => json(await getHealth(ctx)), { isOpen: true });
