/** @file Search on the Hub: `GET /api/{datasets,models}` with the parameters that its own search page uses. */
import { z } from "zod";
import type { HubRepoSummary, HubSearchPage, HubSearchQuery } from "@/lib/contracts/hub";
import type { Hub } from "./open-hub";
import { nextCursor } from "./repo-address";
import { RepoEntry, toSummary } from "./repo-entry";
import { requestJson } from "./request-json";

/** Only what is asked for by `expand` comes back, which keeps a page of a hundred small. */
const EXPAND = ["author", "cardData", "downloads", "gated", "lastModified", "likes", "private", "tags"];
const EXPAND_MODELS = ["config", "pipeline_tag", "safetensors"];

/** One page. Errors: those of `hub.request`. */
export async function searchRepos(hub: Hub, query: HubSearchQuery, signal?: AbortSignal): Promise<HubSearchPage> {
  const { value, headers } = await requestJson(hub, `/api/${query.type}s?${parametersOf(query)}`, z.array(RepoEntry), {
    signal,
    retries: 1,
  });
  return {
    repos: value.map((entry): HubRepoSummary => toSummary(query.type, entry)),
    nextCursor: nextCursor(headers, hub.endpoint),
  };
}

function parametersOf(query: HubSearchQuery): URLSearchParams {
  const isModel = query.type === "model";
  const parameters = new URLSearchParams({ limit: String(query.limit), sort: query.sort });
  const set = (name: string, value: string | undefined) => value && parameters.set(name, value);
  set("search", query.text);
  set("author", query.author);
  set("cursor", query.cursor);
  if (query.gated !== undefined) parameters.set("gated", String(query.gated === "yes"));
  if (isModel) {
    set("pipeline_tag", query.task);
    if (query.maxParameters !== undefined) parameters.set("num_parameters", `max:${query.maxParameters}`);
  }
  const filters = [
    !isModel && query.task && `task_categories:${query.task}`,
    // Models have the bare code as a tag, datasets have a prefix.
    query.language && (isModel ? query.language : `language:${query.language}`),
    query.license && `license:${query.license}`,
    !isModel && query.size && `size_categories:${query.size}`,
  ];
  for (const filter of filters) if (filter) parameters.append("filter", filter);
  for (const field of [...EXPAND, ...(isModel ? EXPAND_MODELS : [])]) parameters.append("expand", field);
  return parameters;
}
