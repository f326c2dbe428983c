import { z } from "zod";
import { AppError } from "@/lib/errors";
import { saveUpload } from "@/lib/services/datasets/save-upload";
import { json } from "@/lib/web/json";
import { parse } from "@/lib/web/parse";
import { route } from "@/lib/web/route";

const Query = z.object({ name: z.string().trim().min(1, "give the file's name").max(255) });

/** The raw file as the body, its name as `?name=`; → 201 with `{ path }` for createDataset. Never held in memory. */
export const POST = route(async ({ ctx, request }) => {
  const { name } = parse(Query, Object.fromEntries(new URL(request.url).searchParams));
  if (request.body === null) throw new AppError("invalid_input", "The file is empty.");
  return json(await saveUpload(ctx, { name, body: request.body }), 201);
});
