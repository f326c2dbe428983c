/** @file Splits as the card's front matter says: `configs: [{ config_name, data_files: [{ split, path }] }]`. */
import { z } from "zod";
import type { HubFile, HubSplit } from "@/lib/contracts/hub";
import { groupBySplit } from "./group-by-split";
import { matchesGlob } from "./matches-glob";

const paths = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (typeof value === "string" ? [value] : value));

const Configs = z.array(
  z.looseObject({
    config_name: z.string().default("default"),
    data_dir: z.string().optional(),
    data_files: z.union([
      z.array(z.looseObject({ split: z.string(), path: paths })),
      paths.transform((path) => [{ split: "train", path }]),
    ]),
  }),
);

/** Null when the card says nothing of it, or nothing that fits the Parquet files. */
export function splitsOfCard(frontMatter: Record<string, unknown>, files: readonly HubFile[]): HubSplit[] | null {
  const configs = Configs.safeParse(frontMatter["configs"]);
  if (!configs.success) return null;
  const entries = configs.data.flatMap(({ config_name, data_dir, data_files }) =>
    data_files.flatMap(({ split, path }) =>
      files
        .filter((file) => path.some((glob) => matchesGlob(file.path, data_dir ? `${data_dir}/${glob}` : glob)))
        .map((file) => ({ config: config_name, split, file })),
    ),
  );
  return entries.length === 0 ? null : groupBySplit(entries);
}
