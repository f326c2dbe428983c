import { unstable_rethrow } from "next/navigation";
import type { ServiceContext } from "@/lib/services/context";
import { accessPolicy } from "./access-policy";
import { getServiceContext } from "./context";
import { failureOf, isOurFault } from "./failure";
import { HTTP_STATUS } from "./http-status";
import { logError } from "./log-error";
import { checkAccess } from "./session";

export interface RouteCall<P> {
  ctx: ServiceContext;
  request: Request;
  params: P;
}

/** Wraps a route handler: who asks, the service context, and errors as `{ ok: false, code, message, fieldErrors? }`. */
export function route<P = Record<string, never>>(
  handler: (call: RouteCall<P>) => Promise<Response>,
  options: { isOpen?: boolean } = {},
): (request: Request, context: { params: Promise<P> }) => Promise<Response> {
  return async (request, context) => {
    try {
      if (!options.isOpen) checkAccess(request.method, request.headers, accessPolicy(), Date.now(), "api");
      return await handler({ ctx: await getServiceContext(), request, params: await context.params });
    } catch (error) {
      unstable_rethrow(error);
      // Nobody reads the answer, and what was given up is no fault.
      if (request.signal.aborted) return new Response(null, { status: 499 });
      if (isOurFault(error)) logError(error, `${request.method} ${new URL(request.url).pathname} failed.`);
      const failure = failureOf(error);
      return Response.json(failure, { status: HTTP_STATUS[failure.code], headers: { "Cache-Control": "no-store" } });
    }
  };
}
