import type { HubRowsQuery, HubRowsView } from "@/lib/contracts/hub";
import { guessColumns } from "@/lib/datasets/columns/guess-columns";
import { findLayout } from "@/lib/hub/rows/find-layout";
import { findSplit } from "@/lib/hub/rows/find-split";
import { previewRows } from "@/lib/hub/rows/preview-rows";
import type { ServiceContext } from "../context";
import { hubOf } from "./hub-of";

/** The first rows of a split, read from small parts of its first file. Throws AppError in one sentence. */
export async function getHubRows(ctx: ServiceContext, query: HubRowsQuery, signal?: AbortSignal): Promise<HubRowsView> {
  const hub = hubOf(ctx);
  const layout = await findLayout(hub, query, signal);
  const page = await previewRows(hub, layout, findSplit(layout, query), query.limit, signal);
  return {
    ...page,
    splits: layout.splits.map(({ config, split, bytes }) => ({ config, split, bytes })),
    origin: layout.origin,
    guess: guessColumns(page.columns),
  };
}
