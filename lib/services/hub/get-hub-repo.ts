import type { HubRepoDetail, HubRepoQuery } from "@/lib/contracts/hub";
import { getRepo } from "@/lib/hub/get-repo";
import type { ServiceContext } from "../context";
import { hubOf } from "./hub-of";

/** A repository at a revision: facts, card, access. Throws AppError in one sentence that says what to do. */
export async function getHubRepo(
  ctx: ServiceContext,
  query: HubRepoQuery,
  signal?: AbortSignal,
): Promise<HubRepoDetail> {
  return (await getRepo(hubOf(ctx), query, signal)).detail;
}
