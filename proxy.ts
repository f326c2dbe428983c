/**
 * The gate before every page: a Content-Security-Policy with a nonce of its own, and who may ask. Pages and actions check
 * again by themselves. API routes are left out on purpose: the proxy would buffer uploads in memory and cut them at 10 MB.
 */
import { type NextRequest, NextResponse } from "next/server";
import { AppError } from "@/lib/errors";
import { accessPolicy } from "@/lib/web/access-policy";
import { HTTP_STATUS } from "@/lib/web/http-status";
import { pageHeaders } from "@/lib/web/page-headers";
import { checkAccess } from "@/lib/web/session";

export function proxy(request: NextRequest): NextResponse {
  const isSignIn = request.nextUrl.pathname === "/sign-in";
  try {
    checkAccess(request.method, request.headers, accessPolicy(), Date.now());
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code !== "unauthenticated")
      return new NextResponse(`${error.message}\n`, { status: HTTP_STATUS[error.code] });
    if (!isSignIn && request.method !== "GET") return new NextResponse(`${error.message}\n`, { status: 401 });
    if (!isSignIn) {
      // Next takes absolute addresses only, and makes one of its own host relative again before it answers.
      const next = encodeURIComponent(request.nextUrl.pathname + request.nextUrl.search);
      return NextResponse.redirect(new URL(`/sign-in?next=${next}`, request.url), 307);
    }
  }
  const answered = pageHeaders({
    nonce: Buffer.from(crypto.randomUUID()).toString("base64"),
    isDevelopment: process.env.NODE_ENV === "development",
    isSpace: accessPolicy().isSpace,
  });
  const headers = new Headers(request.headers);
  // Next reads the nonce for its own scripts from here.
  headers.set("Content-Security-Policy", answered["Content-Security-Policy"] ?? "");
  const response = NextResponse.next({ request: { headers } });
  for (const [name, value] of Object.entries(answered)) response.headers.set(name, value);
  return response;
}

export const config = { matcher: ["/((?!api/|_next/static|_next/image|icon.svg|favicon.ico).*)"] };
