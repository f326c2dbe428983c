/** @file A repository as the Hub's API gives it, in a list or alone. Every field may be missing: lists give what was asked for. */
import { z } from "zod";
import type { HubRepoSummary, HubRepoType } from "@/lib/contracts/hub";

const strings = z.preprocess(
  (value) => (typeof value === "string" ? [value] : value),
  z.array(z.unknown()).transform((list) => list.filter((item) => typeof item === "string")),
);

export const RepoEntry = z.looseObject({
  id: z.string().max(200),
  sha: z.string().nullish(),
  private: z.boolean().nullish(),
  gated: z
    .union([z.literal(false), z.enum(["auto", "manual"])])
    .catch(false)
    .default(false),
  downloads: z.number().nullish().catch(null),
  likes: z.number().nullish().catch(null),
  lastModified: z.string().nullish().catch(null),
  tags: strings.nullish().catch([]),
  pipeline_tag: z.string().nullish().catch(null),
  cardData: z
    .looseObject({
      license: strings.nullish().catch(null),
      language: strings.nullish().catch(null),
      task_categories: strings.nullish().catch(null),
      size_categories: strings.nullish().catch(null),
    })
    .nullish()
    .catch(null),
  config: z
    .looseObject({ model_type: z.string().nullish().catch(null) })
    .nullish()
    .catch(null),
  safetensors: z
    .looseObject({ total: z.number().nullish().catch(null) })
    .nullish()
    .catch(null),
});
export type RepoEntry = z.infer<typeof RepoEntry>;

export function toSummary(type: HubRepoType, entry: RepoEntry): HubRepoSummary {
  const tags = entry.tags ?? [];
  const tagged = (prefix: string) =>
    tags.filter((tag) => tag.startsWith(`${prefix}:`)).map((tag) => tag.slice(prefix.length + 1));
  const card = entry.cardData;
  const languages = card?.language ?? tagged("language");
  const tasks = card?.task_categories ?? tagged("task_categories");
  return {
    type,
    repo: entry.id,
    isPrivate: entry.private === true,
    gated: entry.gated,
    downloads: entry.downloads ?? null,
    likes: entry.likes ?? null,
    lastModified: entry.lastModified ?? null,
    license: card?.license?.[0] ?? tagged("license")[0] ?? null,
    languages: languages.slice(0, 20),
    tasks: (entry.pipeline_tag ? [entry.pipeline_tag] : tasks).slice(0, 10),
    size: card?.size_categories?.[0] ?? tagged("size_categories")[0] ?? null,
    parameters: entry.safetensors?.total ?? null,
    modelType: entry.config?.model_type ?? null,
  };
}
