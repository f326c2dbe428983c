import { FileQuery } from "@/lib/contracts/file-view";
import { inspectFile } from "@/lib/services/datasets/inspect-file";
import { json } from "@/lib/web/json";
import { parse } from "@/lib/web/parse";
import { route } from "@/lib/web/route";

/** `?path=…&encoding=…` → what the file is, its columns and its first rows. */
export const GET = route(async ({ ctx, request }) => {
  const query = parse(FileQuery, Object.fromEntries(new URL(request.url).searchParams));
  return json(await inspectFile(ctx, query, request.signal));
});
