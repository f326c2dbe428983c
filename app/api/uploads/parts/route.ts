import { z } from "zod";
import { beginUpload } from "@/lib/services/datasets/upload-parts";
import { json } from "@/lib/web/json";
import { parse } from "@/lib/web/parse";
import { route } from "@/lib/web/route";

const Query = z.object({
  name: z.string().trim().min(1, "give the file's name").max(255),
  bytes: z.coerce.number().int().min(0),
});

/** `?name=…&bytes=…` → 201 with the id to send parts to. */
export const POST = route(async ({ ctx, request }) => {
  const query = parse(Query, Object.fromEntries(new URL(request.url).searchParams));
  return json(await beginUpload(ctx, query), 201);
});
