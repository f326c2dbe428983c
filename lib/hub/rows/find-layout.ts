/**
 * @file Which Parquet files make which split. First the repository's own, by the card's `configs` or by the usual names;
 * else those that the Hub makes of a dataset in any other format, on the branch `refs/convert/parquet`, as
 * `{config}/{split}/0000.parquet`. Source: the Hub's documentation, "Data files configuration" and "Parquet".
 */
import type { HubDatasetLayout, HubFile, HubSplit } from "@/lib/contracts/hub";
import { AppError } from "@/lib/errors";
import { getRepo, resolveRevision } from "../get-repo";
import { listRepoFiles } from "../list-repo-files";
import type { Hub } from "../open-hub";
import { groupBySplit } from "./group-by-split";
import { splitsOfCard } from "./splits-of-card";
import { splitsOfNames } from "./splits-of-names";

const CONVERTED = "refs/convert/parquet";

/** Errors: `not_found` when there is no Parquet of it, saying what there is; those of `hub.request`. */
export async function findLayout(
  hub: Hub,
  { repo, revision }: { repo: string; revision: string },
  signal?: AbortSignal,
): Promise<HubDatasetLayout> {
  const { detail, files, frontMatter } = await getRepo(hub, { type: "dataset", repo, revision }, signal);
  const own = files.filter(({ path }) => path.endsWith(".parquet"));
  if (own.length > 0) {
    const splits = splitsOfCard(frontMatter, own) ?? splitsOfConverted(own) ?? splitsOfNames(own);
    if (splits.length > 0) return { repo, commit: detail.commit, origin: "own", splits };
  }
  const converted = revision === "main" || revision === CONVERTED ? await findConverted(hub, repo, signal) : null;
  if (converted !== null) return converted;
  throw new AppError("not_found", refusal(repo, files, revision));
}

async function findConverted(hub: Hub, repo: string, signal?: AbortSignal): Promise<HubDatasetLayout | null> {
  const at = { type: "dataset", repo, revision: CONVERTED } as const;
  try {
    const { commit } = await resolveRevision(hub, at, signal);
    const files = await listRepoFiles(hub, { ...at, revision: commit }, signal);
    const splits = splitsOfConverted(files) ?? [];
    return splits.length === 0 ? null : { repo, commit, origin: "converted", splits };
  } catch (error) {
    if (error instanceof AppError && error.code === "not_found") return null;
    throw error;
  }
}

/** The Hub's own layout, also when its branch is named by a commit; null when it is another one. */
function splitsOfConverted(files: readonly HubFile[]): HubSplit[] | null {
  const entries = files.flatMap((file) => {
    const [, config, split] = /^([^/]+)\/(?:partial-)?([^/]+)\/\d{4,}\.parquet$/.exec(file.path) ?? [];
    return config === undefined || split === undefined ? [] : [{ config, split, file }];
  });
  const parquet = files.filter(({ path }) => path.endsWith(".parquet"));
  return entries.length === 0 || entries.length < parquet.length ? null : groupBySplit(entries);
}

function refusal(repo: string, files: readonly HubFile[], revision: string): string {
  const endings = [...new Set(files.map(({ path }) => /\.[a-z0-9]+$/i.exec(path)?.[0] ?? path))].slice(0, 8).join(", ");
  const more =
    revision === "main" ? "and the Hub has made none of it" : "and the Hub makes some of the newest revision only";
  return `${repo} has no Parquet files at ${revision}, ${more}; it has ${endings || "no files"}. Download it (dataset pull --files) and import a file of it.`;
}
