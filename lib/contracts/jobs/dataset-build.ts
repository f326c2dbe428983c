/** @file A dataset from code (a folder, git repositories) or a JSONL file. */
import { z } from "zod";
import { ArchiveSource, GitSource, LocalSource } from "../dataset";
import { DatasetName } from "../dataset-name";
import { BuildSettings } from "./build-settings";

const BuildSource = z.discriminatedUnion("kind", [...LocalSource.options, ArchiveSource, GitSource]);
export type BuildSource = z.infer<typeof BuildSource>;

export const DatasetBuildSpec = z.strictObject({
  kind: z.literal("dataset-build"),
  name: DatasetName,
  source: BuildSource,
  /** For code; rows are taken as they are. */
  settings: BuildSettings.prefault({}),
  /** How people know the source where its path says nothing to them (an upload's own name); set by the service. */
  origin: z.string().max(255).optional(),
});
export type DatasetBuildSpec = z.infer<typeof DatasetBuildSpec>;
