import { readEnv } from "@/lib/config/env";
import { createLogger } from "@/lib/config/logger";
import { createServiceContext, type ServiceContext } from "./context";

/** The context from the process's environment, for entry points without settings of their own. */
export async function openServiceContext(logName = "web"): Promise<ServiceContext> {
  const env = readEnv();
  return createServiceContext(env, createLogger(env.LOG_LEVEL, logName));
}
