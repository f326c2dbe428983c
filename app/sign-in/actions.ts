"use server";
import { cookies, headers } from "next/headers";
import type { ActionResult } from "@/lib/contracts/action-result";
import { AppError } from "@/lib/errors";
import { accessPolicy } from "@/lib/web/access-policy";
import { createAttemptLimiter } from "@/lib/web/attempt-limiter";
import { failureOf } from "@/lib/web/failure";
import { checkOrigin, createSession, isSameSecret, SESSION_COOKIE, sessionCookieOptions } from "@/lib/web/session";

/** Make guessing slow: one by one, and by many at once. Of the whole process, whoever asks. */
const WRONG_TOKEN_PAUSE_MS = 600;
const wrongTokens = createAttemptLimiter({ limit: 10, windowMs: 60_000 });

/** The one action that needs no session: trades the token for a cookie. */
export async function signInAction(token: string): Promise<ActionResult<null>> {
  try {
    const head = await headers();
    checkOrigin(head);
    const { token: expected, isSpace } = accessPolicy();
    if (expected === undefined)
      throw new AppError("unavailable", "This studio has no CODETUNE_TOKEN; set it and start again.");
    const seconds = wrongTokens.secondsToWait(Date.now());
    if (seconds > 0) throw new AppError("limit_exceeded", `Too many wrong tokens; wait ${seconds} s, then try again.`);
    if (typeof token !== "string" || !isSameSecret(token.trim(), expected)) {
      wrongTokens.countFailure(Date.now());
      await new Promise((resolve) => setTimeout(resolve, WRONG_TOKEN_PAUSE_MS));
      throw new AppError("unauthenticated", "That is not the token.");
    }
    const isHttps = head.get("x-forwarded-proto") === "https";
    const session = createSession(expected, Date.now());
    (await cookies()).set(SESSION_COOKIE, session, sessionCookieOptions({ isSpace, isHttps }));
    return { ok: true, data: null };
  } catch (error) {
    return failureOf(error);
  }
}
