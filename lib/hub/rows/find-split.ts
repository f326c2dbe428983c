import type { HubDatasetLayout, HubSplit } from "@/lib/contracts/hub";
import { AppError } from "@/lib/errors";

/** The split that is meant; the first one where none is named. Throws `not_found` naming those that there are. */
export function findSplit(
  { repo, splits }: HubDatasetLayout,
  { config, split }: { config?: string | undefined; split?: string | undefined },
): HubSplit {
  const ofConfig = splits.filter((each) => config === undefined || each.config === config);
  const found =
    ofConfig.find((each) => each.split === (split ?? "train")) ?? (split === undefined ? ofConfig[0] : undefined);
  if (found !== undefined) return found;
  const has = splits.map((each) => `${each.config}/${each.split}`).join(", ");
  throw new AppError(
    "not_found",
    `${repo} has no split ${split ?? ""} ${config === undefined ? "" : `of the configuration ${config}`}: it has ${has.slice(0, 500)}.`.replaceAll(
      "  ",
      " ",
    ),
  );
}
