import { expect, test } from "vitest";
import { route } from "./route";

const context = { params: Promise.resolve({}) };
const request = (headers: Record<string, string>) =>
  new Request("http://localhost:7860/api/x", { headers: { host: "localhost:7860", ...headers } });

test("a GET that another site's page sent never reaches the handler", async () => {
  let calls = 0;
  const handler = route(async () => {
    calls++;
    return new Response("secret");
  });
  const foreign: Record<string, string>[] = [{ "sec-fetch-site": "cross-site" }, { origin: "https://evil.example" }];
  for (const headers of foreign) {
    const response = await handler(request(headers), context);
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ ok: false, code: "forbidden" });
  }
  expect(calls).toBe(0);
});
