"use server";
import { cookies, headers } from "next/headers";
import type { ActionResult } from "@/lib/contracts/action-result";
import { AppError } from "@/lib/errors";
import { accessPolicy } from "@/lib/web/access-policy";
import { failureOf } from "@/lib/web/failure";
import { checkOrigin, createSession, isRightToken, SESSION_COOKIE, sessionCookieOptions } from "@/lib/web/session";

const WRONG_TOKEN_PAUSE_MS = 600;

/** The one action that needs no session: trades the token for a cookie. */
export async function signInAction(token: string): Promise<ActionResult<null>> {
  try {
    const head = await headers();
    checkOrigin(head);
    const policy = accessPolicy();
    const { token: expected, isSpace } = policy;
    if (expected === undefined)
      throw new AppError("unavailable", "This studio has no CODETUNE_TOKEN; set it and start again.");
    if (typeof token !== "string" || !isRightToken(token.trim(), expected, head, policy, Date.now())) {
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
