import { version } from "@/lib/config/version";
import type { HealthView } from "@/lib/contracts/views";
import { findNewestHeartbeat } from "@/lib/db/repositories/workers";
import type { ServiceContext } from "../context";
import { WORKER_SILENT_MS } from "./worker-silence";

/** `degraded` means that pages work and nothing trains. Throws AppError `unavailable` when the database is down. */
export async function getHealth(ctx: ServiceContext): Promise<HealthView> {
  await ctx.db.ping();
  const heartbeat = await findNewestHeartbeat(ctx.db);
  const workerHeartbeatAgeMs = heartbeat === null ? null : Math.max(0, ctx.now().getTime() - heartbeat.getTime());
  const isWorking = workerHeartbeatAgeMs !== null && workerHeartbeatAgeMs <= WORKER_SILENT_MS;
  return { status: isWorking ? "ok" : "degraded", version, database: ctx.db.kind, workerHeartbeatAgeMs };
}
