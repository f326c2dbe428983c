/** @file A path that a person typed, turned into one that may be read. */
import { constants } from "node:fs";
import { access, realpath, stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { z } from "zod";
import type { ArchiveSource, FileSource, GitRepository, LocalSource } from "@/lib/contracts/dataset";
import type { BuildSource } from "@/lib/contracts/jobs/dataset-build";
import { parseGitAddress, shownAddress } from "@/lib/datasets/git/git-address";
import { AppError, type ErrorCode } from "@/lib/errors";
import type { ServiceContext } from "../context";
import { isInside } from "../is-inside";

/**
 * The source with its real, absolute path, which must lie in an allowed root before and after links are followed.
 * Errors, each also under the field `source`: `not_found`, `forbidden` outside the roots, `invalid_input` for a folder in
 * place of a file or the other way round, or one that can't be read.
 */
export async function resolveSource(ctx: ServiceContext, source: BuildSource): Promise<BuildSource> {
  if (source.kind !== "git") return resolvePath(ctx, source);
  const repositories: GitRepository[] = [];
  for (const repository of source.repositories) {
    const parsed = parseGitAddress(repository.address);
    if (parsed === null) {
      const shown = shownAddress(repository.address).slice(0, 200);
      throw problem(
        "invalid_input",
        `${shown} is no address of a git repository: use https, ssh, or a path on the server.`,
      );
    }
    const address =
      parsed.kind === "remote" ? parsed.address : (await resolvePath(ctx, { kind: "folder", path: parsed.path })).path;
    repositories.push({ ...repository, address });
  }
  return { ...source, repositories };
}

type PathSource = LocalSource | z.infer<typeof ArchiveSource> | FileSource;

/** For a source that is one path; see resolveSource. */
export async function resolvePath<T extends PathSource>(ctx: ServiceContext, source: T): Promise<T> {
  const shown = source.path.slice(0, 300);
  if (source.path.includes("\0")) throw problem("invalid_input", "The path has a NUL character; write it again.");
  const roots = [...ctx.paths.dataRoots, ctx.paths.uploads];
  const outside = () =>
    problem("forbidden", `${shown} lies outside the folders that may be read; add its folder to CODETUNE_DATA_ROOTS.`);
  // Before the disk is asked: else the answers would tell which files exist outside.
  if (!(await isInside(roots, resolve(source.path)))) throw outside();
  const path = await realpath(resolve(source.path)).catch((cause: unknown) => {
    const what = source.kind === "folder" ? "folder" : "file";
    throw problem("not_found", `There is no ${what} ${shown}; correct the path.`, cause);
  });
  if (!(await isInside(roots, path))) throw outside();
  const info = await stat(path);
  if (source.kind === "folder" && !info.isDirectory())
    throw problem("invalid_input", `${shown} is not a folder; choose the folder that holds it, or JSONL.`);
  if (source.kind !== "folder" && !info.isFile())
    throw problem("invalid_input", `${shown} is not a file; name the file itself.`);
  await access(path, source.kind === "folder" ? constants.R_OK | constants.X_OK : constants.R_OK).catch(
    (cause: unknown) => {
      throw problem("invalid_input", `${shown} can't be read; change its permissions.`, cause);
    },
  );
  return { ...source, path };
}

function problem(code: ErrorCode, message: string, cause?: unknown): AppError {
  return new AppError(code, message, { cause, fieldErrors: { source: [message] } });
}
