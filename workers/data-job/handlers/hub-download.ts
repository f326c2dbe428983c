import { readEnv } from "@/lib/config/env";
import { hubSettingsOf } from "@/lib/config/hub-settings";
import type { DataJobOutcome } from "@/lib/contracts/data-job";
import type { HubDownloadSpec } from "@/lib/contracts/jobs/hub-download";
import { AppError } from "@/lib/errors";
import { chooseModelFiles } from "@/lib/hub/choose-model-files";
import { downloadSnapshot } from "@/lib/hub/download-snapshot";
import { resolveRevision } from "@/lib/hub/get-repo";
import { listRepoFiles } from "@/lib/hub/list-repo-files";
import { openHub } from "@/lib/hub/open-hub";
import { readModelFolder } from "@/lib/models-catalog/read-model-folder";
import type { JobEnv } from "../job-env";

/** Errors: those of the Hub in one sentence; `invalid_input` for a repository without files that are read here. */
export async function hubDownload(spec: HubDownloadSpec, env: JobEnv): Promise<DataJobOutcome> {
  const { type, repo, revision } = spec;
  const hub = openHub(hubSettingsOf(readEnv()));
  const { commit } = await resolveRevision(hub, spec, env.signal);
  env.log(`${repo} at ${commit}`);
  const all = await listRepoFiles(hub, { type, repo, revision: commit }, env.signal);
  const files = type === "model" ? chooseModelFiles(repo, all) : all.filter(({ path }) => /\.(parquet|md)$/.test(path));
  if (files.length === 0) throw new AppError("invalid_input", `${repo} has no Parquet files at ${revision}.`);
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
  if (type === "dataset") return {};
  // Whether it can be trained is known once it is here, and is said then; the download itself is good.
  const problem = await readModelFolder(folder, repo, false).then(
    () => null,
    (error: unknown) => (error instanceof AppError ? error.message : String(error)),
  );
  if (problem !== null) env.log(`${repo} is downloaded, but can't be trained here: ${problem}`);
  return { model: { id: repo, name: repo } };
}
