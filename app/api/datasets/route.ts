import { z } from "zod";
import { DatasetSource } from "@/lib/contracts/dataset";
import { createDataset } from "@/lib/services/datasets/create-dataset";
import { listDatasets } from "@/lib/services/datasets/list-datasets";
import { json, readJson } from "@/lib/web/json";
import { parse } from "@/lib/web/parse";
import { route } from "@/lib/web/route";

const Body = z.strictObject({ name: z.string().trim().min(1, "give it a name").max(200), source: DatasetSource });

export const GET = route(async ({ ctx }) => json(await listDatasets(ctx)));

/** `{ name, source }` → 201 with the dataset, once it is built. */
export const POST = route(async ({ ctx, request }) =>
  json(await createDataset(ctx, parse(Body, await readJson(request))), 201),
);
