import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { DataJobOutcome } from "@/lib/contracts/data-job";
import type { DatasetBuildSpec } from "@/lib/contracts/jobs/dataset-build";
import { buildDataset } from "@/lib/datasets/build-dataset";
import { unpackArchive } from "@/lib/datasets/files/unpack-archive";
import { buildCodeDataset } from "@/lib/datasets/pipeline/build-code-dataset";
import { readSignatures } from "@/lib/datasets/pipeline/read-signatures";
import { AppError } from "@/lib/errors";
import type { JobEnv } from "../job-env";
import { ThreadPool } from "../thread-pool";

/** Errors: those of buildDataset and buildCodeDataset. */
export async function datasetBuild(spec: DatasetBuildSpec, env: JobEnv): Promise<DataJobOutcome> {
  const { source, origin, settings, name } = spec;
  const { outDir, signal, onProgress, paths } = env;
  if (source.kind === "jsonl") {
    const built = await buildDataset({
      source,
      origin,
      outDir,
      signal,
      onProgress: ({ documents }) => onProgress({ stage: "Reading rows", done: documents, total: null, unit: "rows" }),
    });
    return { dataset: { ...built, source: { ...source, path: origin ?? source.path } } };
  }
  const address = origin ?? ("path" in source ? source.path : "");
  const pool = new ThreadPool();
  const unpacked = join(env.workDir, "unpacked");
  try {
    const code = source.kind === "archive" ? await unpack(source.path, unpacked, address, env) : source;
    const seenBefore = await readSignatures(
      settings.near_duplicates_of.map((id) => join(paths.datasets, id)),
      signal,
    );
    const cacheDir = join(paths.home, "cache");
    const progress = (at: { stage: string; done: number; total: number | null }) =>
      onProgress({ ...at, unit: "files" });
    const dataset = await buildCodeDataset({
      name,
      source: code,
      recorded: source.kind === "archive" ? { source: { ...source, path: address }, address } : undefined,
      settings,
      outDir,
      cacheDir,
      pool,
      seenBefore,
      signal,
      onProgress: progress,
    });
    return { dataset };
  } finally {
    await pool.close();
    await rm(unpacked, { recursive: true, force: true });
  }
}

/** The folder that the archive's files are in. */
async function unpack(path: string, folder: string, origin: string, { signal, onProgress, log }: JobEnv) {
  onProgress({ stage: "Unpacking", done: 0, total: null, unit: "files" });
  await rm(folder, { recursive: true, force: true });
  const { files, skipped } = await unpackArchive(path, folder, { origin, signal });
  log(`${files} files unpacked`);
  for (const [reason, { count, examples }] of skipped) log(`${count} not unpacked, ${reason}: ${examples.join(", ")}`);
  if (files === 0) throw new AppError("invalid_input", `${origin} holds no files that can be unpacked.`);
  return { kind: "folder", path: folder } as const;
}
