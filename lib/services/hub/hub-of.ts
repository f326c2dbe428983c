import { type Hub, openHub } from "@/lib/hub/open-hub";
import type { ServiceContext } from "../context";

const hubs = new WeakMap<ServiceContext, Hub>();

/** The connection of a context; made when it is first needed. */
export function hubOf(ctx: ServiceContext): Hub {
  const hub = hubs.get(ctx) ?? openHub(ctx.hub);
  hubs.set(ctx, hub);
  return hub;
}
