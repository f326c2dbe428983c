import { formatCompact } from "@/components/ui/format";
import { TimeAgo } from "@/components/ui/time-ago";
import type { HubRepoSummary } from "@/lib/contracts/hub";
import { isSupportedModelType } from "@/lib/contracts/model-types";

/** What the Hub tells of a repository, in one line. */
export function HubFacts({ repo }: { repo: HubRepoSummary }) {
  const isModel = repo.type === "model";
  const known = isSupportedModelType(repo.modelType ?? undefined);
  const facts = [
    repo.license ?? "no licence given",
    repo.parameters !== null && `${formatCompact(repo.parameters)} parameters`,
    isModel && repo.modelType !== null && (known ? repo.modelType : `${repo.modelType}: can’t be trained here`),
    repo.size !== null && `${repo.size} rows`,
    repo.tasks.slice(0, 2).join(", "),
    repo.languages.slice(0, 4).join(", "),
    repo.downloads !== null && `${formatCompact(repo.downloads)} downloads`,
    repo.likes !== null && `${formatCompact(repo.likes)} likes`,
  ].filter((fact): fact is string => typeof fact === "string" && fact !== "");
  return (
    <span className="text-[12px] text-text-3 leading-normal">
      {repo.gated !== false && <span className="mr-1.5 rounded bg-warn-soft px-1.5 py-0.5 text-warn">gated</span>}
      {repo.isPrivate && <span className="mr-1.5 rounded bg-surface-3 px-1.5 py-0.5">private</span>}
      {facts.join(" · ")}
      {repo.lastModified !== null && (
        <>
          {" · changed "}
          <TimeAgo iso={repo.lastModified} />
        </>
      )}
    </span>
  );
}
