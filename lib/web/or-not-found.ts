import { notFound } from "next/navigation";
import { AppError } from "@/lib/errors";

/** For pages: a `not_found` of a service becomes Next's own. */
export async function orNotFound<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof AppError && error.code === "not_found") notFound();
    throw error;
  }
}
