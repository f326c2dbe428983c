/** @file The worker process: takes runs from the queue and trains them, and data jobs beside them. `npm start` runs one beside the web server. */
import { parseArgs } from "node:util";
import { readEnv } from "@/lib/config/env";
import { createLogger } from "@/lib/config/logger";
import { AppError } from "@/lib/errors";
import { createServiceContext } from "@/lib/services/context";
import { runWorker } from "./supervisor/run-worker";

async function main(): Promise<void> {
  const env = readEnv();
  const ctx = await createServiceContext(env, createLogger(env.LOG_LEVEL, "worker"));
  const shutdown = new AbortController();
  const end = (reason: string) => {
    // The second time someone is in a hurry. The trainer notices that we are gone and stops by itself.
    if (shutdown.signal.aborted) process.exit(1);
    ctx.log.info({ reason }, "the worker ends after a checkpoint");
    shutdown.abort();
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => end(signal));
  // Started by our own command line: end when it is gone, however it went.
  process.once("disconnect", () => end("parent process gone"));
  try {
    const { values } = parseArgs({ options: { "last-run": { type: "string" }, "only-job": { type: "string" } } });
    await runWorker(ctx, { shutdown: shutdown.signal, lastRunId: values["last-run"], onlyJobId: values["only-job"] });
  } finally {
    await ctx.db.close();
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(
      `${error instanceof AppError ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
    );
    process.exit(1);
  },
);
