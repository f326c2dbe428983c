import { z } from "zod";
import { AppError } from "@/lib/errors";
import { appendUpload, getUpload } from "@/lib/services/datasets/upload-parts";
import { json } from "@/lib/web/json";
import { parse } from "@/lib/web/parse";
import { route } from "@/lib/web/route";

interface Params {
  uploadId: string;
}

const Query = z.object({ offset: z.coerce.number().int().min(0), bytes: z.coerce.number().int().min(1) });

/** Where the upload is: `{ id, offset, path }`. */
export const GET = route<Params>(async ({ ctx, params }) => json(await getUpload(ctx, params.uploadId)));

/** A part as the body, `?offset=…&bytes=…` (the whole file's) → where the upload is now; `path` with the last part. */
export const PUT = route<Params>(async ({ ctx, params, request }) => {
  const query = parse(Query, Object.fromEntries(new URL(request.url).searchParams));
  if (request.body === null) throw new AppError("invalid_input", "The part is empty.");
  const body = request.body as unknown as AsyncIterable<Uint8Array>;
  return json(await appendUpload(ctx, { id: params.uploadId, ...query, body }));
});
