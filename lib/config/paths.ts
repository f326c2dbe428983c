/** @file Every place on disk, absolute. */
import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import type { Env } from "./env";
import { hubSettingsOf } from "./hub-settings";
import { repositoryRoot } from "./repository-root";

export interface Paths {
  /** CODETUNE_HOME: all that we write lies below it. */
  home: string;
  /** The libSQL file, used when DATABASE_URL is absent. */
  database: string;
  runs: string;
  /** Background data jobs: each one's order, log and work folder. */
  jobs: string;
  datasets: string;
  uploads: string;
  models: string;
  /** Models that ship with the studio. */
  bundledModels: string;
  versions: string;
  tokenizers: string;
  /** The studio's own checkout. */
  repository: string;
  /** The Hugging Face cache's `hub` folder. */
  huggingFaceCache: string;
  /** Folders that a user-given path must lie in. */
  dataRoots: string[];
}

const LOOPBACK = ["127.0.0.1", "localhost", "::1"];

/**
 * Without CODETUNE_DATA_ROOTS a laptop may read from its user's home and the working directory; a server that others
 * can reach may read only its own folders.
 */
function dataRootsOf(env: Env, home: string, repository: string): string[] {
  if (env.CODETUNE_DATA_ROOTS !== undefined) {
    const named = env.CODETUNE_DATA_ROOTS.split(delimiter).filter((part) => part !== "");
    return [...named.map((part) => resolve(part)), home, repository];
  }
  const isShared = env.SPACE_ID !== undefined || !LOOPBACK.includes(env.HOST);
  return isShared ? [home, repository] : [home, repository, process.cwd(), homedir()];
}

export function pathsOf(env: Env): Paths {
  const repository = repositoryRoot();
  const home = resolve(env.CODETUNE_HOME);
  return {
    home,
    database: join(home, "codetune.db"),
    runs: join(home, "runs"),
    jobs: join(home, "jobs"),
    datasets: join(home, "datasets"),
    uploads: join(home, "uploads"),
    models: join(home, "models"),
    bundledModels: join(repository, "models"),
    versions: join(home, "versions"),
    tokenizers: join(home, "tokenizers"),
    repository,
    huggingFaceCache: hubSettingsOf(env).cacheDir,
    dataRoots: dataRootsOf(env, home, repository),
  };
}
