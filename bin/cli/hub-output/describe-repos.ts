/** @file What the Hub found, as lines for a terminal. */
import type { HubRepoSummary, HubSearchPage } from "@/lib/contracts/hub";

export function describeRepos({ repos, nextCursor }: HubSearchPage): string {
  if (repos.length === 0) return "The Hub has nothing that fits.";
  const lines = repos.map((repo) => `${repo.repo}\n    ${factsOf(repo).join(" · ")}`);
  return [...lines, ...(nextCursor === null ? [] : ["", "There is more: raise --limit, or narrow the search."])].join(
    "\n",
  );
}

function factsOf(repo: HubRepoSummary): string[] {
  const count = (value: number | null, what: string) => value !== null && `${value.toLocaleString("en-US")} ${what}`;
  return [
    count(repo.downloads, "downloads"),
    count(repo.likes, "likes"),
    repo.license ?? "no licence given",
    repo.languages.slice(0, 5).join(", "),
    repo.size,
    repo.parameters !== null && `${Math.round(repo.parameters / 1e6).toLocaleString("en-US")} M parameters`,
    repo.modelType,
    repo.gated !== false && "gated: access must be asked for",
    repo.isPrivate && "private",
  ].filter((fact): fact is string => typeof fact === "string" && fact !== "");
}
