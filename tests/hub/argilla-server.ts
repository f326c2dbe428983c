/** @file Argilla on loopback: the parts of its REST API v1 that are read, with its key in a header. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface ArgillaServer {
  address: string;
  key: string;
  /** Records with a submitted answer. */
  answered: number;
  requests: number;
  close(): Promise<void>;
}

const RECORDS = 250;

export async function startArgillaServer(): Promise<ArgillaServer> {
  const records = Array.from({ length: RECORDS }, (_, index) => ({
    id: `r${index}`,
    status: index % 5 === 0 ? "pending" : "completed",
    fields: { prompt: `Write snippet ${index}` },
    metadata: null,
    responses: [
      { id: `a${index}`, status: "draft", values: { code: { value: "unfinished" } }, user_id: "u0" },
      ...(index % 5 === 0
        ? []
        : [{ id: `b${index}`, status: "submitted", values: { code: { value: `let x = ${index};` } }, user_id: "u1" }]),
    ],
  }));
  const server = createServer((request, response) => {
    state.requests++;
    const url = new URL(request.url ?? "/", "http://loopback");
    const send = (status: number, value: object) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(value));
    };
    if (request.headers["x-argilla-api-key"] !== state.key)
      return send(401, {
        detail: { code: "argilla.api.errors::UnauthorizedError", params: { detail: "Could not validate credentials" } },
      });
    if (url.pathname === "/api/v1/me/workspaces") return send(200, { items: [{ id: "w1", name: "team" }] });
    if (url.pathname === "/api/v1/me/datasets")
      return send(200, { items: [{ id: "d1", name: "snippets", workspace_id: "w1", status: "ready" }] });
    if (url.pathname === "/api/v1/datasets/d1/records") {
      const offset = Number(url.searchParams.get("offset") ?? 0);
      const limit = Math.min(1000, Number(url.searchParams.get("limit") ?? 50));
      const withResponses = url.searchParams.getAll("include").includes("responses");
      const items = records.slice(offset, offset + limit);
      return send(200, { items: withResponses ? items : items.map(({ responses, ...rest }) => rest), total: RECORDS });
    }
    return send(404, { detail: "Not Found" });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const state: ArgillaServer = {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    key: "argilla-test-key",
    answered: RECORDS - RECORDS / 5,
    requests: 0,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return state;
}
