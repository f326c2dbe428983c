import { z } from "zod";
import { readEnv } from "@/lib/config/env";
import { hubSettingsOf } from "@/lib/config/hub-settings";
import type { DataJobOutcome } from "@/lib/contracts/data-job";
import type { HubFile } from "@/lib/contracts/hub";
import type { HubDownloadSpec } from "@/lib/contracts/jobs/hub-download";
import { isSupportedModelType, SUPPORTED_MODEL_TYPES } from "@/lib/contracts/model-types";
import { AppError } from "@/lib/errors";
import { chooseModelFiles } from "@/lib/hub/choose-model-files";
import { downloadFile } from "@/lib/hub/download-file";
import { downloadSnapshot } from "@/lib/hub/download-snapshot";
import { type RepoAt, resolveRevision } from "@/lib/hub/get-repo";
import { listRepoFiles } from "@/lib/hub/list-repo-files";
import { type Hub, openHub } from "@/lib/hub/open-hub";
import { findBoundedJson } from "@/lib/tokenizers/read-bounded-json";
import type { JobEnv } from "../job-env";

const MAX_CONFIG_BYTES = 4_000_000;

/** Errors: those of the Hub in one sentence; `invalid_input` for a repository without files that are read here, or whose architecture is unknown. */
export async function hubDownload(spec: HubDownloadSpec, env: JobEnv): Promise<DataJobOutcome> {
  const { type, repo, revision } = spec;
  const hub = openHub(hubSettingsOf(readEnv()));
  const { commit } = await resolveRevision(hub, spec, env.signal);
  env.log(`${repo} at ${commit}`);
  const all = await listRepoFiles(hub, { type, repo, revision: commit }, env.signal);
  const files = type === "model" ? chooseModelFiles(repo, all) : all.filter(({ path }) => /\.(parquet|md)$/.test(path));
  if (files.length === 0) throw new AppError("invalid_input", `${repo} has no Parquet files at ${revision}.`);
  if (type === "model") await requireSupported(hub, { type, repo, revision: commit }, files, env.signal);
  const folder = await downloadSnapshot(
    hub,
    { type, repo, revision },
    {
      commit,
      files,
      signal: env.signal,
      onProgress: ({ path, bytes, totalBytes }) =>
        env.onProgress({ stage: `Downloading ${path}`.slice(0, 200), done: bytes, total: totalBytes, unit: "bytes" }),
    },
  );
  env.log(`in ${folder}`);
  // The catalogue lists what `main` names; another revision is chosen by its folder, which the log tells.
  return type === "model" && revision === "main" ? { model: { id: repo, name: repo } } : {};
}

/** Before gigabytes come: whether the engine knows the architecture. */
async function requireSupported(hub: Hub, at: RepoAt, files: readonly HubFile[], signal: AbortSignal): Promise<void> {
  const config = files.find(({ path }) => path === "config.json");
  if (config === undefined) return;
  const json = await findBoundedJson(await downloadFile(hub, at, config, { signal }), MAX_CONFIG_BYTES);
  const modelType = z.looseObject({ model_type: z.string() }).safeParse(json?.value).data?.model_type;
  if (isSupportedModelType(modelType)) return;
  throw new AppError(
    "invalid_input",
    `${at.repo} has the architecture ${modelType ?? "(none is named)"}, which can't be trained here; there are ${SUPPORTED_MODEL_TYPES.join(", ")}.`,
  );
}
