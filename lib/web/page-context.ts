import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { AppError } from "@/lib/errors";
import type { ServiceContext } from "@/lib/services/context";
import { accessPolicy } from "./access-policy";
import { getServiceContext } from "./context";
import { checkAccess } from "./session";

/** For pages: the service context, or a redirect to the sign-in page. Throws AppError when the request is refused. */
export async function pageContext(): Promise<ServiceContext> {
  try {
    checkAccess("GET", await headers(), accessPolicy(), Date.now());
  } catch (error) {
    if (error instanceof AppError && error.code === "unauthenticated") redirect("/sign-in");
    throw error;
  }
  return await getServiceContext();
}
