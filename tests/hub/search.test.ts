/** Search, facts, cards, refusals: what the Hub says, and what is made of it. */
import { createServer } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { HubSearchQuery } from "@/lib/contracts/hub";
import { findRepoNameProblem, HubRevision } from "@/lib/contracts/hub-name";
import type { AppError } from "@/lib/errors";
import { getRepo } from "@/lib/hub/get-repo";
import { openHub } from "@/lib/hub/open-hub";
import { searchRepos } from "@/lib/hub/search-repos";
import { type HubServer, startHubServer } from "./hub-server";
import { openTestHub } from "./test-hub";

let server: HubServer;

beforeAll(async () => {
  server = await startHubServer();
  for (let index = 0; index < 45; index++) {
    server.addRepo(
      {
        type: "dataset",
        id: `lab/code-${String(index).padStart(2, "0")}`,
        gated: index === 7 ? "manual" : false,
        facts: {
          downloads: index * 10,
          likes: 100 - index,
          tags: [
            `language:${index % 2 ? "en" : "fr"}`,
            "license:apache-2.0",
            "task_categories:text-generation",
            "size_categories:1K<n<10K",
          ],
        },
      },
      { "README.md": "---\nlicense: apache-2.0\nlanguage: [en, fr]\n---\n# Code\n\nSome *code*." },
    );
  }
  server.addRepo(
    {
      type: "model",
      id: "lab/tiny-coder",
      facts: {
        tags: ["en", "license:mit"],
        pipeline_tag: "text-generation",
        config: { model_type: "llama" },
        safetensors: { total: 1_000_000 },
      },
    },
    { "config.json": "{}" },
  );
  server.addRepo(
    { type: "model", id: "lab/huge-coder", facts: { pipeline_tag: "text-generation", safetensors: { total: 7e10 } } },
    {},
  );
  server.addRepo({ type: "dataset", id: "lab/secret", isPrivate: true, readers: ["ada"] }, { "README.md": "hidden" });
});

afterAll(() => server.close());
afterEach(() => {
  server.fault = () => null;
  server.seen.length = 0;
});

const failure = (promise: Promise<unknown>): Promise<AppError> =>
  promise.then(
    () => {
      throw new Error("it succeeded");
    },
    (error) => error as AppError,
  );

const query = (value: object) => HubSearchQuery.parse(value);

describe("search", () => {
  it("gives every repository once, page after page, in the order asked for", async () => {
    const hub = await openTestHub(server.endpoint);
    const found: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await searchRepos(
        hub,
        query({ type: "dataset", text: "code", limit: 10, ...(cursor ? { cursor } : {}) }),
      );
      found.push(...page.repos.map(({ repo }) => repo));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(found).toHaveLength(45);
    expect(new Set(found).size).toBe(45);
    expect(found[0]).toBe("lab/code-44");
  });

  it("filters by author, language, licence, task, size and gating", async () => {
    const hub = await openTestHub(server.endpoint);
    const names = async (filters: object) =>
      (await searchRepos(hub, query({ limit: 100, ...filters }))).repos.map(({ repo }) => repo);
    expect(
      await names({
        type: "dataset",
        language: "fr",
        license: "apache-2.0",
        task: "text-generation",
        size: "1K<n<10K",
      }),
    ).toHaveLength(23);
    expect(await names({ type: "dataset", gated: "yes" })).toEqual(["lab/code-07"]);
    expect(await names({ type: "dataset", author: "other" })).toEqual([]);
    expect(await names({ type: "model", maxParameters: 1e9, task: "text-generation" })).toEqual(["lab/tiny-coder"]);
    expect(await names({ type: "model", language: "en", license: "mit" })).toEqual(["lab/tiny-coder"]);
  });

  it("tells what is known of each", async () => {
    const hub = await openTestHub(server.endpoint);
    const { repos } = await searchRepos(hub, query({ type: "model", text: "tiny" }));
    expect(repos).toMatchObject([
      {
        repo: "lab/tiny-coder",
        license: "mit",
        tasks: ["text-generation"],
        parameters: 1_000_000,
        modelType: "llama",
        gated: false,
      },
    ]);
  });
});

describe("names", () => {
  it("follow the Hub's rules", () => {
    for (const good of [
      "gpt2",
      "a/b",
      "Salesforce/codegen-350M-mono",
      "bigcode/the-stack-v2",
      "org/name.with.dots",
      "0x/_x",
      "google/code_x_glue_ct_code_to_text",
    ])
      expect(findRepoNameProblem(good), good).toBeNull();
    for (const bad of [
      "",
      "a/b/c",
      "/a",
      "a/",
      "../etc",
      "a/..",
      ".a/b",
      "a/-b",
      "a--b/c",
      "a..b",
      "a b",
      "a/b.git",
      "datasets/a/b",
      "é/a",
      "a/b\n",
      "C:\\x",
      "x".repeat(97),
    ])
      expect(findRepoNameProblem(bad), bad).not.toBeNull();
    for (const good of ["main", "v1.0", "refs/convert/parquet", "refs/pr/3", "a".repeat(40)])
      expect(HubRevision.safeParse(good).success, good).toBe(true);
    for (const bad of ["", "../x", "-x", "a//b", "a/.b", "a b", "x/../y", "a.lock"])
      expect(HubRevision.safeParse(bad).success, bad).toBe(false);
  });
});

describe("a repository", () => {
  it("is pinned to its commit, with its card apart from the front matter", async () => {
    const hub = await openTestHub(server.endpoint);
    const { detail, frontMatter } = await getRepo(hub, { type: "dataset", repo: "lab/code-01", revision: "main" });
    expect(detail).toMatchObject({
      repo: "lab/code-01",
      card: "# Code\n\nSome *code*.",
      files: 1,
      gated: false,
      accessProblem: null,
    });
    expect(detail.commit).toMatch(/^[0-9a-f]{40}$/);
    expect(frontMatter).toEqual({ license: "apache-2.0", language: ["en", "fr"] });
    // Everything after the first question is of that commit.
    const later = server.seen.slice(1).map(({ path }) => path);
    expect(later.every((path) => path.includes(detail.commit))).toBe(true);
  });

  it("that is gated or private is explained in one sentence with what to do", async () => {
    const open = await openTestHub(server.endpoint);
    const gated = await getRepo(open, { type: "dataset", repo: "lab/code-07", revision: "main" });
    expect(gated.detail.card).toBeNull();
    expect(gated.detail.accessProblem).toContain(
      `ask for access on ${server.endpoint}/datasets/lab/code-07, then set HF_TOKEN`,
    );
    const signedIn = await openTestHub(server.endpoint, { token: "hf_testtoken" });
    const refused = await getRepo(signedIn, { type: "dataset", repo: "lab/code-07", revision: "main" });
    expect(refused.detail.accessProblem).toContain("the account of your HF_TOKEN has no access");
    expect((await failure(getRepo(open, { type: "dataset", repo: "lab/secret", revision: "main" }))).message).toContain(
      "or it is private: check the name",
    );
    expect((await getRepo(signedIn, { type: "dataset", repo: "lab/secret", revision: "main" })).detail.card).toBe(
      "hidden",
    );
  });

  it("that is not there, or not at that revision, is told apart", async () => {
    const hub = await openTestHub(server.endpoint, { token: "hf_testtoken" });
    const none = await failure(getRepo(hub, { type: "dataset", repo: "lab/none", revision: "main" }));
    expect([none.code, none.message]).toEqual(["not_found", expect.stringContaining("There is no dataset lab/none")]);
    const revision = await failure(getRepo(hub, { type: "dataset", repo: "lab/code-01", revision: "v9" }));
    expect(revision.message).toContain("has no revision v9");
    const bad = await openTestHub(server.endpoint, { token: "hf_wrong" });
    expect((await failure(getRepo(bad, { type: "dataset", repo: "lab/code-01", revision: "main" }))).message).toContain(
      "refuses your HF_TOKEN",
    );
  });

  it("whose list of files takes many pages is read whole", async () => {
    server.treePageSize = 7;
    const files = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`part/${index}.txt`, `${index}`]));
    server.addRepo({ type: "model", id: "lab/many" }, files);
    const hub = await openTestHub(server.endpoint);
    const { files: found } = await getRepo(hub, { type: "model", repo: "lab/many", revision: "main" });
    expect(found.map(({ path }) => path).sort()).toEqual(Object.keys(files).sort());
    server.treePageSize = 1000;
  });

  it("with a path that leaves its folder is refused", async () => {
    for (const path of ["../../evil", "a/../b", "C:/evil", "a\\b", "/etc/passwd"]) {
      const repo = server.addRepo({ type: "model", id: `lab/evil-${server.repos.length}` }, { [path]: "x" });
      const hub = await openTestHub(server.endpoint);
      const error = await failure(getRepo(hub, { type: "model", repo: repo.id, revision: "main" }));
      expect(error.message).toContain("leaves its folder");
    }
  });
});

describe("a Hub in trouble", () => {
  it("is asked again after a passing fault, as often as allowed", async () => {
    const hub = await openTestHub(server.endpoint);
    let left = 1;
    server.fault = () => (left-- > 0 ? { status: 503 } : null);
    expect((await searchRepos(hub, query({ type: "model" }))).repos.length).toBeGreaterThan(0);
    server.fault = () => ({ status: 502 });
    server.seen.length = 0;
    const error = await failure(searchRepos(hub, query({ type: "model" })));
    expect([error.code, server.seen.length]).toEqual(["unavailable", 2]);
  });

  it("that wants a pause gets it, and is left alone when it is long", async () => {
    const hub = await openTestHub(server.endpoint);
    let left = 1;
    server.fault = () => (left-- > 0 ? { status: 429, headers: { "retry-after": "0" } } : null);
    await searchRepos(hub, query({ type: "model" }));
    server.seen.length = 0;
    server.fault = () => ({ status: 429, headers: { "retry-after": "3000" } });
    const error = await failure(searchRepos(hub, query({ type: "model" })));
    expect(error.message).toContain("for 3000 seconds");
    expect(server.seen).toHaveLength(1);
  });

  it("that is silent, stalls, cuts off or talks nonsense is told in a sentence", async () => {
    const hub = await openTestHub(server.endpoint);
    const said = async (fault: ReturnType<HubServer["fault"]>) => {
      server.fault = () => fault;
      const error = await failure(searchRepos(hub, query({ type: "dataset" })));
      expect(error.code).toBe("unavailable");
      return error.message;
    };
    expect(await said({ isSilent: true })).toContain("gave no answer within");
    expect(await said({ stallAfterBytes: 10 })).toContain("stopped sending");
    expect(await said({ cutAfterBytes: 10 })).toMatch(/cut its answer off|broke the connection/);
    expect(await said({ status: 200, body: "<html>login</html>" })).toContain("no answer of a Hub");
    expect(await said({ status: 200, body: '{"not":"a list"}' })).toContain("no answer of a Hub");
  });

  it("that sends elsewhere never makes us show the token there", async () => {
    const hub = await openTestHub(server.endpoint, { token: "hf_testtoken" });
    server.fault = ({ server: name }) =>
      name === "hub" ? { status: 302, headers: { location: `${server.cdn}/api/models` } } : null;
    await failure(searchRepos(hub, query({ type: "model" })));
    const [first, second] = server.seen;
    expect(first?.headers.authorization).toBe("Bearer hf_testtoken");
    expect(second?.server).toBe("cdn");
    expect(second?.headers.authorization).toBeUndefined();
    server.fault = () => ({ status: 302, headers: { location: "file:///etc/passwd" } });
    expect((await failure(searchRepos(hub, query({ type: "model" })))).message).toContain("not followed");
    server.fault = () => ({ status: 302, headers: { location: "/api/models" } });
    expect((await failure(searchRepos(hub, query({ type: "model" })))).message).toContain("without an end");
  });
});

describe("offline", () => {
  it("is said without a request when HF_HUB_OFFLINE is set", async () => {
    const hub = await openTestHub(server.endpoint, { isOffline: true });
    expect((await failure(searchRepos(hub, query({ type: "model" })))).message).toContain("HF_HUB_OFFLINE");
    expect(server.seen).toHaveLength(0);
  });

  it("is found out by one connection, whose verdict is kept", async () => {
    // A port that nobody listens on.
    const port = await new Promise<number>((resolve) => {
      const free = createServer().listen(0, "127.0.0.1", () => {
        const { port: found } = free.address() as { port: number };
        free.close(() => resolve(found));
      });
    });
    const endpoint = `http://127.0.0.1:${port}`;
    const hub = openHub({ endpoint, token: null, tokenPath: "", isOffline: false, cacheDir: "" });
    expect((await failure(searchRepos(hub, query({ type: "model" })))).message).toContain("seems to be offline");
    // Somebody listens now, but nobody looks again so soon.
    let connections = 0;
    const late = createServer(() => connections++).listen(port, "127.0.0.1");
    expect((await failure(searchRepos(hub, query({ type: "model" })))).message).toContain("seems to be offline");
    expect(connections).toBe(0);
    late.close();
  });
});
