/** @file What happens at the doors: a lost server, a stranger, another site. */
import { request } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { findChromium } from "./find-chromium";
import { openStudio, type Studio } from "./open-studio";
import { startLongRun } from "./start-long-run";

const executablePath = findChromium();
const TOKEN = "a-long-enough-token-for-tests";

/** fetch() does not let one choose these headers. */
function statusOf(url: string, method: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const call = request(url, { method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    call.on("error", reject);
    call.end(method === "POST" ? "{}" : undefined);
  });
}

describe.skipIf(executablePath === null)("the doors", () => {
  let studio: Studio | undefined;
  afterEach(async () => {
    await studio?.close();
    studio = undefined;
  });

  it("says that the connection is lost, and shows the truth when it is back", async () => {
    studio = await openStudio(executablePath as string);
    const { page, url } = studio;
    const run = await startLongRun(studio);
    await page.goto(`${url}/runs/${run.id}`);
    await page.locator("[data-testid=run-status][data-status=running]").waitFor();
    await page.getByText("step 5").first().waitFor();

    await studio.kill();
    await page.getByText("connection lost, retrying").waitFor();
    await studio.restart();
    // The worker that trained is gone: the run says so by itself, without a reload, and can be taken up again.
    await page.locator("[data-testid=run-status][data-status=interrupted]").waitFor({ timeout: 90_000 });
    await page.getByRole("button", { name: "Resume" }).click();
    await page.locator("[data-testid=run-status][data-status=running]").waitFor({ timeout: 90_000 });
    await page.getByRole("button", { name: "Stop" }).click();
    await page.locator("[data-testid=run-status][data-status=stopped]").waitFor({ timeout: 90_000 });
  });

  it("asks for the token when others can reach it", async () => {
    studio = await openStudio(executablePath as string, { HOST: "0.0.0.0", CODETUNE_TOKEN: TOKEN });
    const { page, url } = studio;
    await page.goto(`${url}/runs`);
    expect(new URL(page.url()).pathname).toBe("/sign-in");
    await page.getByLabel("Token").fill("not-the-token-of-this-studio");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("That is not the token.").waitFor();
    await page.getByLabel("Token").fill(TOKEN);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(`${url}/runs`);
    await page.getByRole("heading", { level: 1, name: "Runs" }).waitFor();
    const cookie = (await page.context().cookies()).find(({ name }) => name === "codetune_session");
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Lax" });
    expect(cookie?.value).not.toContain(TOKEN);

    expect(await statusOf(`${url}/api/health`, "GET", {})).toBe(200);
    for (const path of ["/api/runs", "/api/datasets", "/api/jobs", "/api/models", "/api/runs/plan"]) {
      expect(await statusOf(url + path, "GET", {}), path).toBe(401);
    }
    for (const path of ["/", "/runs/new", "/datasets", "/nothing"])
      expect(await statusOf(url + path, "GET", {}), path).toBe(307);
    expect(await statusOf(`${url}/api/runs`, "GET", { authorization: `Bearer ${TOKEN}` })).toBe(200);

    // Guessing is stopped after a while, even when the guess would be right.
    await page.context().clearCookies();
    await page.goto(`${url}/sign-in`);
    const submit = page.getByRole("button", { name: "Sign in", exact: true });
    for (let guesses = 0; guesses < 10; guesses++) {
      await page.getByLabel("Token").fill(`not-the-token-of-this-studio-${guesses}`);
      await submit.click();
    }
    await page.getByText(/^Too many wrong tokens; wait \d+ s/).waitFor();
    await page.getByLabel("Token").fill(TOKEN);
    await submit.click();
    await page.getByText(/^Too many wrong tokens; wait \d+ s/).waitFor();
    expect(new URL(page.url()).pathname).toBe("/sign-in");

    // Also by the API. Somebody else is not kept out by that.
    const bearer = (token: string, address: string) => ({
      authorization: `Bearer ${token}`,
      "x-forwarded-for": address,
    });
    for (const [path, door] of [
      ["/api/runs", "10.0.0.1"],
      ["/runs", "10.0.0.2"],
    ] as const) {
      for (let guesses = 0; guesses < 10; guesses++)
        await statusOf(url + path, "GET", bearer(`guess-${guesses}`, door));
      expect(await statusOf(url + path, "GET", bearer(TOKEN, door)), path).toBe(429);
      expect(await statusOf(url + path, "GET", bearer(TOKEN, "10.0.0.3")), path).toBe(200);
    }
    // Pages and routes count together.
    expect(await statusOf(`${url}/runs`, "GET", bearer(TOKEN, "10.0.0.1"))).toBe(429);
  });

  it("turns away other sites and other names", async () => {
    studio = await openStudio(executablePath as string);
    const { url } = studio;
    const json = { "content-type": "application/json" };
    for (const path of ["/", "/runs", "/api/runs", "/api/jobs"]) {
      expect(await statusOf(url + path, "GET", { host: "evil.example" }), path).toBe(403);
      expect(await statusOf(url + path, "POST", { ...json, origin: "https://evil.example" }), path).toBe(403);
      expect(await statusOf(url + path, "POST", { ...json, "sec-fetch-site": "cross-site" }), path).toBe(403);
    }
    // What is not there is not found, also for programs, and says so to people.
    const ids = ["runs/run_0123456789abcdefghj", "datasets/none", "datasets/none/mask", "datasets/jobs/none"];
    for (const path of [...ids, "datasets/jobs/job_0123456789abcdefghj", "nothing"]) {
      const answer = await fetch(`${url}/${path}`);
      expect([path, answer.status]).toEqual([path, 404]);
    }
    const { headers } = await fetch(url);
    expect(headers.get("content-security-policy")).toMatch(/script-src 'self' 'nonce-[^']+' 'strict-dynamic'; /);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-frame-options")).toBe("DENY");
  });
});
