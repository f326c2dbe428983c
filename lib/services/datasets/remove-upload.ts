/** @file Uploads are only on their way: a dataset holds its own copy of what it needs. */
import { readdir, realpath, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { ServiceContext } from "../context";

export const UPLOAD_NAME = /^[0-9a-f]{16}-([A-Za-z0-9-]+\.[a-z.]{2,8})(?:\.part)?$/;
const FORGOTTEN_AFTER_MS = 24 * 60 * 60 * 1000;

/** What people called the file, as far as an upload keeps it; null for a file that is no upload. `path` is real and absolute. */
export async function findUploadName(ctx: ServiceContext, path: string): Promise<string | null> {
  const uploads = await realpath(ctx.paths.uploads).catch(() => null);
  return dirname(path) === uploads ? (UPLOAD_NAME.exec(basename(path))?.[1] ?? null) : null;
}

/** Does nothing to a file that is no upload. `path` is real and absolute. */
export async function removeUpload(ctx: ServiceContext, path: string): Promise<void> {
  if ((await findUploadName(ctx, path)) !== null) await rm(path, { force: true });
}

/** Parts that a killed process left behind, and files that no dataset was ever made of: untouched for a day. */
export async function removeForgottenUploads(ctx: ServiceContext): Promise<void> {
  const { uploads } = ctx.paths;
  for (const name of await readdir(uploads).catch(() => [])) {
    if (!UPLOAD_NAME.test(name)) continue;
    const info = await stat(join(uploads, name)).catch(() => null);
    if (info === null || ctx.now().getTime() - info.mtimeMs < FORGOTTEN_AFTER_MS) continue;
    await rm(join(uploads, name), { force: true });
  }
}
