import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "@/lib/errors";
import type { ServiceContext } from "../context";
import { removeForgottenUploads } from "./remove-upload";

const EXTENSION = /\.(?:jsonl|ndjson|json|csv|tsv|tab|parquet|arrow|feather|ipc|txt|text|md|zip|tar|tgz|tar\.gz)$/i;

/**
 * A path in the uploads folder under a name of our own; of the given name only a few letters are kept. What was forgotten
 * of earlier uploads goes. Throws AppError `invalid_input` for another kind of file.
 */
export async function newUploadPath(ctx: ServiceContext, name: string): Promise<string> {
  const ending = EXTENSION.exec(name)?.[0].toLowerCase();
  if (ending === undefined) {
    throw new AppError(
      "invalid_input",
      "Upload JSONL, JSON, CSV, TSV, Parquet, Arrow or text, or a zip or tar of code.",
    );
  }
  const stem = name
    .replace(EXTENSION, "")
    .replace(/[^A-Za-z0-9-]+/g, "-")
    .replace(/^-+/, "")
    .slice(0, 40);
  const { uploads } = ctx.paths;
  await mkdir(uploads, { recursive: true });
  await removeForgottenUploads(ctx);
  return join(uploads, `${randomBytes(8).toString("hex")}-${stem || "upload"}${ending}`);
}
