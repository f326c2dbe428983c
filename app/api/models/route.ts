import { listModels } from "@/lib/services/models/list-models";
import { json } from "@/lib/web/json";
import { route } from "@/lib/web/route";

export const GET = route(async ({ ctx }) => json(await listModels(ctx)));
