/** @file A model, or a dataset's Parquet files, from the Hugging Face Hub into its standard cache. */
import { z } from "zod";
import { HubRepoType } from "../hub";
import { HubRepoName, HubRevision } from "../hub-name";

export const HubDownloadSpec = z.strictObject({
  kind: z.literal("hub-download"),
  type: HubRepoType,
  repo: HubRepoName,
  revision: HubRevision.default("main"),
});
export type HubDownloadSpec = z.infer<typeof HubDownloadSpec>;
