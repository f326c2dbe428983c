import type { ServiceContext } from "@/lib/services/context";
import { openServiceContext } from "@/lib/services/open-service-context";

// On globalThis, because in development every change of the code loads this file anew, and pages and routes load it apart.
const store = globalThis as typeof globalThis & { codetuneServiceContext?: Promise<ServiceContext> };

/** One database connection per web process, migrated once. A failed start is tried again by the next request. */
export function getServiceContext(): Promise<ServiceContext> {
  if (store.codetuneServiceContext === undefined) {
    const opening = openServiceContext("web");
    store.codetuneServiceContext = opening;
    opening.catch(() => {
      if (store.codetuneServiceContext === opening) delete store.codetuneServiceContext;
    });
  }
  return store.codetuneServiceContext;
}
