import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { FileQuery, type FileView } from "@/lib/contracts/file-view";
import { detectFormat } from "@/lib/datasets/files/detect-format";
import { lookAtRows } from "@/lib/datasets/files/look-at-rows";
import { AppError } from "@/lib/errors";
import type { ServiceContext } from "../context";
import { findUploadName } from "./remove-upload";
import { resolvePath } from "./resolve-source";

/**
 * What a file on disk or an upload is, with its first rows and a guess at its columns. Reads only its beginning. Errors:
 * those of resolvePath; `invalid_input` for a file of no known kind, or one that is not what it seems.
 */
export async function inspectFile(ctx: ServiceContext, input: FileQuery, signal?: AbortSignal): Promise<FileView> {
  const query = FileQuery.parse(input);
  const { path } = await resolvePath(ctx, { kind: "archive", path: query.path });
  const name = (await findUploadName(ctx, path)) ?? basename(path);
  const kind = await detectFormat(path, name);
  if (kind === null) {
    const message = `${name} is none of JSONL, JSON, CSV, TSV, Parquet, Arrow, text, zip or tar: save it as one of them.`;
    throw new AppError("invalid_input", message, { fieldErrors: { source: [message] } });
  }
  const known = { path, name, bytes: (await stat(path)).size, kind, encoding: query.encoding };
  if (kind === "archive") return { ...known, kind, columns: [], looked: 0, guess: null, rows: [], problems: [] };
  return { ...known, ...(await lookAtRows({ path, format: kind, encoding: query.encoding, origin: name, signal })) };
}
