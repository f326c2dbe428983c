import type { Env } from "@/lib/config/env";
import { createLogger } from "@/lib/config/logger";
import { createServiceContext, type ServiceContext } from "@/lib/services/context";

/** Opens (and migrates) the database for `work`, and closes it whatever happens. */
export async function withContext<T>(env: Env, work: (ctx: ServiceContext) => Promise<T>): Promise<T> {
  const ctx = await createServiceContext(env, createLogger(env.LOG_LEVEL, "cli"));
  try {
    return await work(ctx);
  } finally {
    await ctx.db.close();
  }
}
