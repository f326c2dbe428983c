import { expect, test } from "vitest";
import { pageHeaders } from "./page-headers";

const options = { nonce: "n0nce", isDevelopment: false, isSpace: false };
const policyOf = (change: Partial<typeof options>) =>
  pageHeaders({ ...options, ...change })["Content-Security-Policy"]?.split("; ") ?? [];

test("nobody may show a page in a frame", () => {
  expect(policyOf({})).toContain("frame-ancestors 'none'");
  expect(pageHeaders(options)["X-Frame-Options"]).toBe("DENY");
});

test("on a Space, Hugging Face may, and nobody else", () => {
  expect(policyOf({ isSpace: true })).toContain("frame-ancestors https://huggingface.co https://*.hf.space");
  expect(pageHeaders({ ...options, isSpace: true })).not.toHaveProperty("X-Frame-Options");
});

test("only scripts with the nonce run, wherever the studio is", () => {
  for (const isSpace of [true, false]) {
    expect(policyOf({ isSpace })).toContain("script-src 'self' 'nonce-n0nce' 'strict-dynamic'");
  }
  expect(policyOf({ isDevelopment: true })).toContain("script-src 'self' 'nonce-n0nce' 'strict-dynamic' 'unsafe-eval'");
});
