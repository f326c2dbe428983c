import type { Paths } from "@/lib/config/paths";
import { fileUrl } from "./file-url";

export interface DatabaseOptions {
  url: string;
  /** Folder with `pg/` and `sqlite/`. */
  migrationsFolder: string;
  /** Prints each statement (without its values) to standard error. */
  isSqlDebug?: boolean;
}

export const isPostgresUrl = (url: string): boolean => /^postgres(ql)?:/.test(url);

/** DATABASE_URL, or the file below CODETUNE_HOME. */
export function databaseOptions(
  env: { DATABASE_URL?: string | undefined; SQL_DEBUG: boolean },
  paths: Paths,
): DatabaseOptions {
  return {
    url: env.DATABASE_URL ?? fileUrl(paths.database),
    migrationsFolder: `${paths.repository}/drizzle/migrations`,
    isSqlDebug: env.SQL_DEBUG,
  };
}
