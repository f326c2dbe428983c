import { AppError } from "@/lib/errors";

/** For pages that show something also where a part of them can't be read: what came, or what to say in its place. */
export async function attempt<T>(
  promise: Promise<T>,
): Promise<{ data: T; problem: null } | { data: null; problem: string }> {
  try {
    return { data: await promise, problem: null };
  } catch (error) {
    if (error instanceof AppError && error.code !== "internal") return { data: null, problem: error.message };
    throw error;
  }
}
