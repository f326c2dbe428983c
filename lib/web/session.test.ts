import { describe, expect, it } from "vitest";
import { AppError } from "@/lib/errors";
import { createAttemptLimiter } from "./attempt-limiter";
import {
  type AccessPolicy,
  checkAccess,
  createSession,
  isValidSession,
  SESSION_COOKIE,
  SESSION_SECONDS,
  sessionCookieOptions,
} from "./session";

const NOW = Date.UTC(2026, 10, 23);
const TOKEN = "a-token-with-24-letters!";
const policyOf = (host: string, token: string | undefined): AccessPolicy => ({
  host,
  token,
  wrongTokens: createAttemptLimiter({ perSource: 3, inAll: 5, windowMs: 60_000 }),
});
const laptop = policyOf("127.0.0.1", undefined);
const server = policyOf("0.0.0.0", TOKEN);

const answer = (method: string, headers: Record<string, string>, policy: AccessPolicy, door?: "page" | "api") => {
  try {
    checkAccess(method, new Headers(headers), policy, NOW, door);
    return "allowed";
  } catch (error) {
    return error instanceof AppError ? error.code : "crash";
  }
};

describe("on loopback", () => {
  it.each(["localhost:7860", "127.0.0.1:7860", "[::1]:7860", "LOCALHOST"])("answers under %s", (host) => {
    expect(answer("GET", { host }, laptop)).toBe("allowed");
  });

  // A name of the attacker's that resolves to 127.0.0.1 makes the browser believe that we are its site.
  it.each([
    "evil.example:7860",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "192.168.1.5:7860",
    "",
    "a b",
    "localhost:7860@evil",
  ])("refuses the name “%s”", (host) => expect(answer("GET", { host }, laptop)).toBe("forbidden"));

  it("takes the token when asked under another name, once there is one", () => {
    const policy = policyOf("127.0.0.1", TOKEN);
    expect(answer("GET", { host: "studio.example" }, policy)).toBe("unauthenticated");
    expect(answer("GET", { host: "studio.example", authorization: `Bearer ${TOKEN}` }, policy)).toBe("allowed");
    expect(answer("GET", { host: "localhost" }, policy)).toBe("allowed");
  });
});

describe("reachable by others", () => {
  const host = "studio.example";

  it("serves nothing without a token being set, not even under a loopback name", () => {
    expect(answer("GET", { host }, policyOf("0.0.0.0", undefined))).toBe("unavailable");
    expect(answer("GET", { host: "localhost" }, policyOf("0.0.0.0", undefined))).toBe("unavailable");
  });

  it.each([
    ["no credentials", {}],
    ["a wrong bearer", { authorization: "Bearer wrong" }],
    ["a prefix of the token", { authorization: `Bearer ${TOKEN.slice(0, -1)}` }],
    ["the token as the cookie", { cookie: `${SESSION_COOKIE}=${TOKEN}` }],
    ["basic auth", { authorization: `Basic ${TOKEN}` }],
  ])("asks for sign-in with %s", (_, headers) =>
    expect(answer("GET", { host, ...headers }, server)).toBe("unauthenticated"),
  );

  it("stops guessing by bearer tokens, where it comes from and in all", () => {
    const policy = policyOf("0.0.0.0", TOKEN);
    const ask = (token: string, address: string) =>
      answer(
        "GET",
        { host, authorization: `Bearer ${token}`, "x-forwarded-for": `made up, ${address}` },
        policy,
        "api",
      );
    for (let guess = 0; guess < 3; guess++) expect(ask(`guess-${guess}`, "10.0.0.1")).toBe("unauthenticated");
    expect(ask(TOKEN, "10.0.0.1")).toBe("too_many_attempts");
    expect(ask(TOKEN, "10.0.0.2")).toBe("allowed");
    // Whoever is signed in stays so.
    const cookie = `${SESSION_COOKIE}=${createSession(TOKEN, NOW)}`;
    expect(answer("GET", { host, cookie, "x-forwarded-for": "10.0.0.1" }, policy)).toBe("allowed");
    for (const address of ["10.0.0.3", "10.0.0.4"]) expect(ask("guess", address)).toBe("unauthenticated");
    expect(ask(TOKEN, "10.0.0.2")).toBe("too_many_attempts");
  });

  it("accepts the bearer token and the session cookie", () => {
    const cookie = `theme=dark; ${SESSION_COOKIE}=${createSession(TOKEN, NOW - 1000)}`;
    expect(answer("GET", { host, authorization: `Bearer ${TOKEN}` }, server)).toBe("allowed");
    expect(answer("POST", { host, cookie, origin: `https://${host}`, "sec-fetch-site": "same-origin" }, server)).toBe(
      "allowed",
    );
  });
});

describe("changing requests", () => {
  const host = "localhost:7860";

  it("pass from our own pages and from programs", () => {
    expect(answer("POST", { host, origin: "http://localhost:7860", "sec-fetch-site": "same-origin" }, laptop)).toBe(
      "allowed",
    );
    expect(answer("POST", { host }, laptop)).toBe("allowed");
  });

  it.each<Record<string, string>>([
    { origin: "https://evil.example" },
    { origin: "null" },
    { origin: "http://localhost:3000" },
    { origin: "http://localhost:7860.evil.example" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
  ])("are refused from %j, whatever the method", (headers) => {
    for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
      expect(answer(method, { host, ...headers }, laptop)).toBe("forbidden");
      // Credentials do not help: CSRF uses the victim's own.
      const cookie = `${SESSION_COOKIE}=${createSession(TOKEN, NOW)}`;
      expect(answer(method, { host, cookie, ...headers }, server)).toBe("forbidden");
    }
    expect(answer("GET", { host, ...headers }, laptop)).toBe("allowed");
    // A page may be linked to; by the API a mere GET already makes the studio work and write its caches.
    for (const method of ["GET", "HEAD"]) {
      expect(answer(method, { host, ...headers }, laptop, "api")).toBe("forbidden");
    }
  });

  it("pass to the API by GET from our own pages, from programs and from the address bar", () => {
    for (const headers of [{}, { "sec-fetch-site": "same-origin" }, { "sec-fetch-site": "none" }]) {
      expect(answer("GET", { host, ...headers } as Record<string, string>, laptop, "api")).toBe("allowed");
    }
  });
});

describe("sessions", () => {
  it("end by time, and when the token changes", () => {
    const session = createSession(TOKEN, NOW);
    expect(isValidSession(session, TOKEN, NOW + SESSION_SECONDS * 1000 - 1)).toBe(true);
    expect(isValidSession(session, TOKEN, NOW + SESSION_SECONDS * 1000)).toBe(false);
    expect(isValidSession(session, "another-token-of-24-lett", NOW)).toBe(false);
  });

  it("are for this site's own pages, and inside a Space's frame for those of the frame", () => {
    const lax = { httpOnly: true, sameSite: "lax", secure: false };
    expect(sessionCookieOptions({ isSpace: false, isHttps: false })).toMatchObject(lax);
    expect(sessionCookieOptions({ isSpace: false, isHttps: true })).toMatchObject({ ...lax, secure: true });
    const framed = sessionCookieOptions({ isSpace: true, isHttps: false });
    expect(framed).toMatchObject({ httpOnly: true, sameSite: "none", secure: true });
  });

  it("can't be prolonged by hand", () => {
    const [expiresAt, signature] = createSession(TOKEN, NOW).split(".");
    expect(isValidSession(`${Number(expiresAt) + 1}.${signature}`, TOKEN, NOW)).toBe(false);
    expect(isValidSession(`${expiresAt}.`, TOKEN, NOW)).toBe(false);
    expect(isValidSession("", TOKEN, NOW)).toBe(false);
  });
});
