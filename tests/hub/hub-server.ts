/**
 * @file The Hub on loopback: its real routes, headers, codes and redirects, as `huggingface_hub` and `@huggingface/hub`
 * read them. LFS files come from a second server (the CDN), another origin, which refuses whoever brings a token.
 */
import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type HubContent, lfsContent, textContent } from "./hub-content";

export interface FakeCommit {
  sha: string;
  files: Map<string, HubContent>;
}

export interface FakeRepo {
  type: "dataset" | "model";
  id: string;
  isPrivate: boolean;
  gated: false | "auto" | "manual";
  /** Users with access to it where it is gated or private. */
  readers: string[];
  facts: Record<string, unknown>;
  /** Branch or tag → commit. */
  refs: Map<string, string>;
  commits: Map<string, FakeCommit>;
}

/** What goes wrong with an answer. */
export interface Fault {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  /** Sends so many bytes of the body, then breaks the connection off. */
  cutAfterBytes?: number;
  /** Sends so many bytes of the body, then nothing more. */
  stallAfterBytes?: number;
  /** Never answers. */
  isSilent?: boolean;
  /** Sends these bytes instead, whatever was announced. */
  replaceWith?: Uint8Array;
  /** Ignores `Range`. */
  isWhole?: boolean;
  /** Says another size in X-Linked-Size. */
  linkedSize?: number;
}

export interface SeenRequest {
  server: "hub" | "cdn";
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage["headers"];
  /** Body bytes sent back. */
  sentBytes: number;
}

export interface HubServer {
  endpoint: string;
  cdn: string;
  seen: SeenRequest[];
  /** Token → user. */
  users: Map<string, string>;
  repos: FakeRepo[];
  addRepo(
    repo: Pick<FakeRepo, "type" | "id"> & Partial<FakeRepo>,
    files: Record<string, HubContent | string>,
  ): FakeRepo;
  /** Adds a commit to a branch; returns its id. */
  commit(repo: FakeRepo, files: Record<string, HubContent | string>, branch?: string): string;
  /** Asked for every request; null lets it through. */
  fault: (request: SeenRequest) => Fault | null;
  /** Entries of a page of the file tree. */
  treePageSize: number;
  close(): Promise<void>;
}

export async function startHubServer(): Promise<HubServer> {
  const sockets = new Set<import("node:net").Socket>();
  const hub: HubServer = {
    endpoint: "",
    cdn: "",
    seen: [],
    users: new Map([["hf_testtoken", "ada"]]),
    repos: [],
    fault: () => null,
    treePageSize: 1000,
    addRepo(repo, files) {
      const full: FakeRepo = {
        isPrivate: false,
        gated: false,
        readers: [],
        facts: {},
        refs: new Map(),
        commits: new Map(),
        ...repo,
      };
      hub.repos.push(full);
      hub.commit(full, files);
      return full;
    },
    commit(repo, files, branch = "main") {
      const before = repo.commits.get(repo.refs.get(branch) ?? "")?.files;
      const contents = Object.entries(files).map(
        ([path, content]) => [path, typeof content === "string" ? textContent(content) : content] as const,
      );
      const sha = createHash("sha1").update(`${repo.id}${branch}${randomUUID()}`).digest("hex");
      repo.commits.set(sha, { sha, files: new Map([...(before ?? []), ...contents]) });
      repo.refs.set(branch, sha);
      return sha;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await Promise.all([main, cdn].map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
  const uploads = new Map<string, Buffer>();
  const main = await listen("hub", (call) => answerHub(hub, uploads, call));
  const cdn = await listen("cdn", (call) => answerCdn(hub, uploads, call));
  hub.endpoint = addressOf(main);
  hub.cdn = addressOf(cdn);
  return hub;

  async function listen(name: "hub" | "cdn", handle: (call: Call) => Promise<void>): Promise<Server> {
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? "/", "http://loopback");
      const seen: SeenRequest = {
        server: name,
        method: request.method ?? "GET",
        path: decodeURIComponent(url.pathname),
        query: url.searchParams,
        headers: request.headers,
        sentBytes: 0,
      };
      hub.seen.push(seen);
      const fault = hub.fault(seen);
      if (fault?.isSilent) return;
      const call: Call = { request, response, seen, fault, rawPath: url.pathname };
      if (fault?.status !== undefined) {
        send(call, fault.status, fault.headers ?? {}, Buffer.from(fault.body ?? "")).catch(() => response.destroy());
        return;
      }
      handle(call).catch((error: unknown) => {
        if (response.headersSent) response.destroy();
        else {
          response.writeHead(500);
          response.end(String(error));
        }
      });
    });
    server.on("connection", (socket) => {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return server;
  }
}

const addressOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

interface Call {
  request: IncomingMessage;
  response: ServerResponse;
  seen: SeenRequest;
  fault: Fault | null;
  rawPath: string;
}

async function answerHub(hub: HubServer, uploads: Map<string, Buffer>, call: Call): Promise<void> {
  const { seen, rawPath } = call;
  const { method, query } = seen;
  const token = /^Bearer (.+)$/.exec(seen.headers.authorization ?? "")?.[1];
  const user = token === undefined ? null : hub.users.get(token);
  if (user === undefined) return refuse(call, 401, null, "Invalid credentials in Authorization header");
  if (rawPath === "/api/whoami-v2") {
    if (user === null) return refuse(call, 401, null, "Invalid username or password.");
    return json(call, { type: "user", id: "1", name: user, fullname: user, orgs: [], auth: { type: "access_token" } });
  }
  const list = /^\/api\/(dataset|model)s$/.exec(rawPath);
  if (list) return listRepos(hub, call, list[1] as FakeRepo["type"], user);
  if (rawPath === "/api/repos/create") return createRepo(hub, call, user);
  const lfs = /^\/(datasets\/)?(.+)\.git\/info\/lfs\/objects\/batch$/.exec(rawPath);
  if (lfs) return lfsBatch(hub, uploads, call);

  const api =
    /^\/api\/(dataset|model)s\/([^/]+(?:\/[^/]+)??)(?:\/(revision|tree|preupload|commit|auth-check|parquet)(?:\/([^/]+))?)?$/.exec(
      rawPath,
    );
  const file = /^\/(datasets\/)?([^/]+(?:\/[^/]+)??)\/resolve\/([^/]+)\/(.+)$/.exec(rawPath);
  const type = api ? (api[1] as FakeRepo["type"]) : file?.[1] ? "dataset" : "model";
  const id = api?.[2] ?? file?.[2] ?? "";
  const repo = hub.repos.find((each) => each.type === type && each.id === id);
  const mayRead = repo !== undefined && user !== null && repo.readers.includes(user);
  if (repo === undefined || (repo.isPrivate && !mayRead)) {
    // Who is not signed in is not told whether it exists.
    return user === null
      ? refuse(call, 401, "RepoNotFound", "Invalid username or password.")
      : refuse(call, 404, "RepoNotFound", "Repository not found");
  }
  const what = api?.[3] ?? (file ? "resolve" : "info");
  if ((what === "resolve" || what === "auth-check") && repo.gated !== false && !mayRead) {
    return user === null
      ? refuse(
          call,
          401,
          "GatedRepo",
          `Access to ${type} ${id} is restricted. You must have access to it and be authenticated to access it. Please log in.`,
        )
      : refuse(
          call,
          403,
          "GatedRepo",
          `Access to ${type} ${id} is restricted and you are not in the authorized list. Visit ${hub.endpoint}/${id} to ask for access.`,
        );
  }
  if (what === "auth-check") return json(call, {});
  if (what === "preupload") return preupload(call);
  const revision = decodeURIComponent(api?.[4] ?? file?.[3] ?? "main");
  const commit = repo.commits.get(revision) ?? repo.commits.get(repo.refs.get(revision) ?? "");
  if (what === "commit") return addCommit(hub, uploads, call, repo, revision);
  if (commit === undefined) return refuse(call, 404, "RevisionNotFound", `Invalid rev id: ${revision}`);
  if (what === "info" || what === "revision") return json(call, infoOf(repo, commit));
  if (what === "tree") return tree(hub, call, commit, query);
  if (what === "resolve" && (method === "GET" || method === "HEAD"))
    return resolveFile(hub, call, repo, commit, decodeURIComponent(file?.[4] ?? ""));
  return refuse(call, 404, null, "Not found");
}

function infoOf(repo: FakeRepo, commit: FakeCommit) {
  return {
    _id: createHash("md5").update(repo.id).digest("hex").slice(0, 24),
    id: repo.id,
    author: repo.id.includes("/") ? repo.id.split("/")[0] : undefined,
    sha: commit.sha,
    private: repo.isPrivate,
    gated: repo.gated,
    disabled: false,
    downloads: 0,
    likes: 0,
    lastModified: "2026-01-01T00:00:00.000Z",
    tags: [],
    siblings: [...commit.files.keys()].map((rfilename) => ({ rfilename })),
    ...repo.facts,
  };
}

function listRepos(hub: HubServer, call: Call, type: FakeRepo["type"], user: string | null): Promise<void> {
  const { query } = call.seen;
  const limit = Number(query.get("limit") ?? 1000);
  const start = Number(Buffer.from(query.get("cursor") ?? "", "base64").toString() || 0);
  const has = (name: string, test: (value: string) => boolean) => {
    const value = query.get(name);
    return value === null || test(value);
  };
  const found = hub.repos
    .filter((repo) => repo.type === type && (!repo.isPrivate || (user !== null && repo.readers.includes(user))))
    .filter((repo) => has("search", (text) => repo.id.toLowerCase().includes(text.toLowerCase())))
    .filter((repo) => has("author", (author) => repo.id.split("/")[0] === author))
    .filter((repo) => has("gated", (gated) => (repo.gated !== false) === (gated === "true")))
    .filter((repo) => has("pipeline_tag", (task) => repo.facts["pipeline_tag"] === task))
    .filter((repo) =>
      has("num_parameters", (range) => parametersOf(repo) <= Number(/max:(\d+)/.exec(range)?.[1] ?? 1e15)),
    )
    .filter((repo) => query.getAll("filter").every((tag) => ((repo.facts["tags"] as string[]) ?? []).includes(tag)));
  const sort = query.get("sort") ?? "trendingScore";
  found.sort((a, b) => Number(b.facts[sort] ?? 0) - Number(a.facts[sort] ?? 0) || (a.id < b.id ? -1 : 1));
  const page = found.slice(start, start + limit);
  const expand = query.getAll("expand");
  const entries = page.map((repo) => {
    const info: Record<string, unknown> = infoOf(repo, repo.commits.get(repo.refs.get("main") ?? "") as FakeCommit);
    if (expand.length === 0) return info;
    return { _id: info["_id"], id: info["id"], ...Object.fromEntries(expand.map((key) => [key, info[key]])) };
  });
  const next = new URLSearchParams(query);
  next.set("cursor", Buffer.from(String(start + limit)).toString("base64"));
  const headers: Record<string, string> =
    start + limit < found.length ? { link: `<${hub.endpoint}/api/${type}s?${next}>; rel="next"` } : {};
  return json(call, entries, 200, headers);
}

const parametersOf = (repo: FakeRepo) => (repo.facts["safetensors"] as { total: number } | undefined)?.total ?? 0;

function tree(hub: HubServer, call: Call, commit: FakeCommit, query: URLSearchParams): Promise<void> {
  const folders = new Set<string>();
  for (const path of commit.files.keys())
    for (let at = path.indexOf("/"); at > 0; at = path.indexOf("/", at + 1)) folders.add(path.slice(0, at));
  const all = [
    ...[...folders].map((path) => ({ type: "directory", oid: "0".repeat(40), size: 0, path })),
    ...[...commit.files].map(([path, content]) => ({
      type: "file",
      oid: content.gitSha1,
      size: content.size,
      path,
      ...(content.sha256 === null ? {} : { lfs: { oid: content.sha256, size: content.size, pointerSize: 135 } }),
    })),
  ];
  const start = Number(Buffer.from(query.get("cursor") ?? "", "base64").toString() || 0);
  const end = start + hub.treePageSize;
  const next = new URLSearchParams(query);
  next.set("cursor", Buffer.from(String(end)).toString("base64"));
  const headers: Record<string, string> =
    end < all.length ? { link: `<${hub.endpoint}${call.rawPath}?${next}>; rel="next"` } : {};
  return json(call, all.slice(start, end), 200, headers);
}

async function resolveFile(
  hub: HubServer,
  call: Call,
  repo: FakeRepo,
  commit: FakeCommit,
  path: string,
): Promise<void> {
  const content = commit.files.get(path);
  if (content === undefined)
    return refuse(call, 404, "EntryNotFound", "Entry not found", { "x-repo-commit": commit.sha });
  const headers: Record<string, string> = { "x-repo-commit": commit.sha, "accept-ranges": "bytes" };
  if (content.sha256 === null) return sendContent(call, content, { ...headers, etag: `"${content.gitSha1}"` });
  const signed = new URLSearchParams({ repo: repo.id, commit: commit.sha, path, signature: "signed" });
  return send(
    call,
    302,
    {
      ...headers,
      "x-linked-etag": `"${content.sha256}"`,
      "x-linked-size": String(call.fault?.linkedSize ?? content.size),
      location: `${hub.cdn}/repos/${repo.type}/${content.sha256}?${signed}`,
    },
    Buffer.from("Found. Redirecting"),
  );
}

async function answerCdn(hub: HubServer, uploads: Map<string, Buffer>, call: Call): Promise<void> {
  const { seen, request } = call;
  // As storage does: a signed address and a header at once are refused.
  if (seen.headers.authorization !== undefined)
    return send(call, 400, {}, Buffer.from("Only one auth mechanism allowed"));
  if (seen.method === "PUT") {
    const bytes = await readBody(request);
    const oid = createHash("sha256").update(bytes).digest("hex");
    if (!seen.path.endsWith(oid)) return send(call, 400, {}, Buffer.from("wrong contents"));
    uploads.set(oid, bytes);
    return send(call, 200, { etag: `"${oid}"` }, Buffer.alloc(0));
  }
  const repo = hub.repos.find(
    ({ id, type }) => id === seen.query.get("repo") && seen.path.startsWith(`/repos/${type}/`),
  );
  const content = repo?.commits.get(seen.query.get("commit") ?? "")?.files.get(seen.query.get("path") ?? "");
  if (content === undefined || seen.query.get("signature") !== "signed")
    return send(call, 403, {}, Buffer.from("denied"));
  return sendContent(call, content, { etag: `"${content.sha256}"`, "accept-ranges": "bytes" });
}

/** A file or a part of it, as `Range` says. */
async function sendContent(call: Call, content: HubContent, headers: Record<string, string>): Promise<void> {
  const range = call.fault?.isWhole ? null : /^bytes=(\d*)-(\d*)$/.exec(call.seen.headers.range ?? "");
  let start = 0;
  let end = content.size;
  if (range) {
    if (range[1] === "") start = Math.max(0, content.size - Number(range[2]));
    else {
      start = Number(range[1]);
      if (range[2] !== "") end = Math.min(content.size, Number(range[2]) + 1);
    }
    if (start >= content.size || start >= end)
      return send(call, 416, { ...headers, "content-range": `bytes */${content.size}` }, Buffer.alloc(0));
    headers = { ...headers, "content-range": `bytes ${start}-${end - 1}/${content.size}` };
  }
  const { response, seen, fault } = call;
  const replaced = fault?.replaceWith;
  const length = replaced?.length ?? end - start;
  response.writeHead(range ? 206 : 200, {
    "content-type": "application/octet-stream",
    ...headers,
    ...(replaced ? { "transfer-encoding": "chunked" } : { "content-length": String(length) }),
  });
  if (seen.method === "HEAD") return void response.end();
  const stop = fault?.cutAfterBytes ?? fault?.stallAfterBytes ?? Number.POSITIVE_INFINITY;
  for await (const chunk of replaced ? [replaced] : content.read(start, end)) {
    const piece = (chunk as Buffer).subarray(0, Math.max(0, stop - seen.sentBytes));
    seen.sentBytes += piece.length;
    if (!response.write(piece)) await drained(response);
    if (response.destroyed) return;
    if (seen.sentBytes < stop) continue;
    if (fault?.stallAfterBytes !== undefined) return;
    // Let what was written leave first.
    await new Promise((resolve) => setTimeout(resolve, 20));
    return void response.destroy();
  }
  response.end();
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done);
      response.off("close", done);
      resolve();
    };
    response.on("drain", done);
    response.on("close", done);
  });
}

async function createRepo(hub: HubServer, call: Call, user: string | null): Promise<void> {
  if (user === null) return refuse(call, 401, null, "Invalid username or password.");
  const body = JSON.parse((await readBody(call.request)).toString()) as Record<string, string>;
  const id = `${body["organization"] ?? user}/${body["name"]}`;
  if (body["organization"] !== undefined && body["organization"] !== user)
    return refuse(
      call,
      403,
      null,
      `You don't have the rights to create a model under the namespace "${body["organization"]}"`,
    );
  if (hub.repos.some((repo) => repo.id === id && repo.type === body["type"]))
    return json(call, { error: "You already created this model repo", url: `${hub.endpoint}/${id}` }, 409);
  hub.addRepo(
    { type: body["type"] as FakeRepo["type"], id, isPrivate: body["visibility"] === "private", readers: [user] },
    { ".gitattributes": "*.safetensors filter=lfs diff=lfs merge=lfs -text\n" },
  );
  return json(call, { url: `${hub.endpoint}/${id}`, name: id, id });
}

async function preupload(call: Call): Promise<void> {
  const { files } = JSON.parse((await readBody(call.request)).toString()) as {
    files: { path: string; size: number }[];
  };
  const uploadMode = (path: string, size: number) =>
    /\.(safetensors|parquet|bin|gz|zip)$/.test(path) || size > 10_000_000 ? "lfs" : "regular";
  return json(call, {
    files: files.map(({ path, size }) => ({ path, uploadMode: uploadMode(path, size), shouldIgnore: false })),
  });
}

async function lfsBatch(hub: HubServer, uploads: Map<string, Buffer>, call: Call): Promise<void> {
  const { objects } = JSON.parse((await readBody(call.request)).toString()) as {
    objects: { oid: string; size: number }[];
  };
  return json(call, {
    transfer: "basic",
    objects: objects.map((object) => ({
      ...object,
      ...(uploads.has(object.oid) ? {} : { actions: { upload: { href: `${hub.cdn}/upload/${object.oid}` } } }),
    })),
  });
}

async function addCommit(
  hub: HubServer,
  uploads: Map<string, Buffer>,
  call: Call,
  repo: FakeRepo,
  branch: string,
): Promise<void> {
  const lines = (await readBody(call.request)).toString().split("\n").filter(Boolean);
  const files: Record<string, HubContent> = {};
  for (const line of lines) {
    const { key, value } = JSON.parse(line) as { key: string; value: Record<string, string> };
    if (key === "file") files[value["path"] ?? ""] = textContent(Buffer.from(value["content"] ?? "", "base64"));
    if (key !== "lfsFile") continue;
    const bytes = uploads.get(value["oid"] ?? "");
    if (bytes === undefined)
      return refuse(call, 400, null, `LFS pointer pointed to a file that does not exist: ${value["path"]}`);
    files[value["path"] ?? ""] = lfsContent(bytes);
  }
  const sha = hub.commit(repo, files, branch);
  return json(call, {
    success: true,
    commitOid: sha,
    commitUrl: `${hub.endpoint}/${repo.id}/commit/${sha}`,
    hookOutput: "",
  });
}

function json(call: Call, value: unknown, status = 200, headers: Record<string, string> = {}): Promise<void> {
  return send(
    call,
    status,
    { "content-type": "application/json; charset=utf-8", ...headers },
    Buffer.from(JSON.stringify(value)),
  );
}

function refuse(
  call: Call,
  status: number,
  code: string | null,
  message: string,
  headers: Record<string, string> = {},
): Promise<void> {
  return json(call, { error: message }, status, {
    ...headers,
    ...(code === null ? {} : { "x-error-code": code }),
    "x-error-message": message,
  });
}

async function send(call: Call, status: number, headers: Record<string, string>, body: Buffer): Promise<void> {
  const { response, seen, fault } = call;
  response.writeHead(status, { ...headers, "content-length": String(body.length) });
  if (seen.method === "HEAD") return void response.end();
  const stop = fault?.cutAfterBytes ?? fault?.stallAfterBytes;
  seen.sentBytes += Math.min(body.length, stop ?? body.length);
  if (stop === undefined) return void response.end(body);
  response.write(body.subarray(0, stop));
  if (fault?.stallAfterBytes !== undefined) return;
  await new Promise((resolve) => setTimeout(resolve, 20));
  response.destroy();
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}
