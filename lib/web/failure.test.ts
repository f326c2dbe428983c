import { describe, expect, it } from "vitest";
import { AppError } from "@/lib/errors";
import { failureOf } from "./failure";
import { readJson } from "./json";

describe("failureOf", () => {
  it("shows an AppError's sentence and fields, and never anything else's", () => {
    const known = new AppError("invalid_input", "Check it.", {
      fieldErrors: { rank: ["must be at least 1"] },
      cause: new Error("s3cret"),
    });
    expect(failureOf(known)).toEqual({
      ok: false,
      code: "invalid_input",
      message: "Check it.",
      fieldErrors: { rank: ["must be at least 1"] },
    });
    for (const unknown of [new Error("password s3cret"), "s3cret", null, { message: "s3cret" }]) {
      expect(failureOf(unknown)).toMatchObject({ ok: false, code: "internal" });
      expect(JSON.stringify(failureOf(unknown))).not.toContain("s3cret");
    }
  });
});

describe("readJson", () => {
  const post = (body: BodyInit, type = "application/json") =>
    new Request("http://localhost/api", { method: "POST", body, headers: { "content-type": type } });

  it("reads JSON", async () => expect(await readJson(post('{"a":[1]}'))).toEqual({ a: [1] }));

  it("refuses what a cross-site form could send, broken JSON and bodies over 1 MB", async () => {
    await expect(readJson(post('{"a":1}', "text/plain"))).rejects.toMatchObject({ code: "invalid_input" });
    await expect(readJson(post("{"))).rejects.toMatchObject({ code: "invalid_input" });
    await expect(readJson(post(`"${"x".repeat(1024 * 1024)}"`))).rejects.toMatchObject({ code: "limit_exceeded" });
  });
});
