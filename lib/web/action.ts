import { headers } from "next/headers";
import { unstable_rethrow } from "next/navigation";
import type { z } from "zod";
import type { ActionResult } from "@/lib/contracts/action-result";
import type { ServiceContext } from "@/lib/services/context";
import { accessPolicy } from "./access-policy";
import { getServiceContext } from "./context";
import { failureOf, isOurFault } from "./failure";
import { logError } from "./log-error";
import { parse } from "./parse";
import { checkAccess } from "./session";

/**
 * A server action is a public endpoint: this checks who asks, parses what came, calls, and answers with data or one
 * sentence. It never throws (except Next's own signals).
 */
export function action<S extends z.ZodType, T>(
  schema: S,
  run: (ctx: ServiceContext, input: z.output<S>) => Promise<T>,
): (input: z.input<S>) => Promise<ActionResult<T>> {
  return async (input) => {
    try {
      checkAccess("POST", await headers(), accessPolicy(), Date.now());
      const parsed = parse(schema, input);
      return { ok: true, data: await run(await getServiceContext(), parsed) };
    } catch (error) {
      unstable_rethrow(error);
      if (isOurFault(error)) logError(error, "An action failed.");
      return failureOf(error);
    }
  };
}
