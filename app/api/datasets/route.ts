import { listDatasets } from "@/lib/services/datasets/list-datasets";
import { json } from "@/lib/web/json";
import { route } from "@/lib/web/route";

/** Newest first. New ones are made by jobs: see /api/jobs. */
export const GET = route(async ({ ctx }) => json(await listDatasets(ctx)));
