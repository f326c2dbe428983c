import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "@/lib/config/env";
import { hubSettingsOf } from "@/lib/config/hub-settings";
import { silentLogger } from "@/lib/config/logger";
import { pathsOf } from "@/lib/config/paths";
import type { ServiceContext } from "@/lib/services/context";
import { openTestDatabase, type TestDatabaseKind } from "./open-test-database";

export interface TestContext extends ServiceContext {
  /** Moves the clock of `now()`; null, and at first, it is the real one. */
  setNow(now: Date | null): void;
  databaseUrl: string;
  close(): Promise<void>;
}

/** Services on a fresh database and an empty home folder. */
export async function openTestContext(
  kind: TestDatabaseKind,
  variables: Record<string, string> = {},
): Promise<TestContext> {
  const database = await openTestDatabase(kind);
  const home = await mkdtemp(join(tmpdir(), "codetune-home-"));
  const env = parseEnv({
    CODETUNE_HOME: home,
    HF_HOME: join(home, "hugging-face"),
    CODETUNE_DATA_ROOTS: home,
    ...variables,
  });
  let fixed: Date | null = null;
  return {
    db: database.db,
    databaseUrl: database.url,
    paths: pathsOf(env),
    hub: hubSettingsOf(env),
    log: silentLogger,
    now: () => fixed ?? new Date(),
    setNow: (now) => {
      fixed = now;
    },
    close: async () => {
      await database.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}
