/** Downloads: whole or not there, resumed, proven, in the layout that Python's huggingface_hub reads and writes. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { AppError } from "@/lib/errors";
import { blobPath, repoFolder } from "@/lib/hub/cache/cache-layout";
import { chooseModelFiles } from "@/lib/hub/choose-model-files";
import { downloadSnapshot } from "@/lib/hub/download-snapshot";
import { resolveRevision } from "@/lib/hub/get-repo";
import { listRepoFiles } from "@/lib/hub/list-repo-files";
import type { Hub } from "@/lib/hub/open-hub";
import { listModelFolders } from "@/lib/models-catalog/list-model-folders";
import { findPython } from "./find-python";
import { lfsContent, textContent } from "./hub-content";
import { type FakeRepo, type HubServer, startHubServer } from "./hub-server";
import { openTestHub } from "./test-hub";

const PYTHON = findPython("huggingface_hub");
const run = promisify(execFile);

let server: HubServer;
let repo: FakeRepo;
const weights = Buffer.alloc(300_000, "weights of a model ");

beforeAll(async () => {
  server = await startHubServer();
  repo = server.addRepo(
    { type: "model", id: "lab/coder" },
    {
      "config.json": '{"model_type":"llama"}',
      "tokenizer.json": "{}",
      "model.safetensors": lfsContent(weights),
      "pytorch_model.bin": lfsContent(Buffer.from("pickle")),
      "onnx/model.onnx": lfsContent(Buffer.from("onnx")),
      "empty.txt": "",
    },
  );
});
afterAll(() => server.close());
afterEach(() => {
  server.fault = () => null;
  server.seen.length = 0;
});

async function pull(
  hub: Hub,
  options: { signal?: AbortSignal; onProgress?: (bytes: number) => void; id?: string } = {},
) {
  const at = { type: "model", repo: options.id ?? "lab/coder", revision: "main" } as const;
  const { commit } = await resolveRevision(hub, at);
  const files = chooseModelFiles(at.repo, await listRepoFiles(hub, { ...at, revision: commit }));
  return downloadSnapshot(hub, at, {
    commit,
    files,
    signal: options.signal,
    onProgress: ({ bytes }) => options.onProgress?.(bytes),
  });
}

const failure = (promise: Promise<unknown>): Promise<AppError> =>
  promise.then(
    () => {
      throw new Error("it succeeded");
    },
    (error) => error as AppError,
  );

const isWeights = ({ server: name, path }: { server: string; path: string }) =>
  name === "cdn" && path.startsWith("/repos/");
const refOf = (hub: Hub) => join(repoFolder(hub.cacheDir, "model", "lab/coder"), "refs", "main");
const modelsIn = (hub: Hub) =>
  listModelFolders({ bundledModels: "/none", models: "/none", huggingFaceCache: hub.cacheDir }).then((all) =>
    all.map(({ id }) => id),
  );

describe("a download", () => {
  it("lies in the standard layout: blobs by hash, relative links, a ref; and the catalogue lists the model", async () => {
    const hub = await openTestHub(server.endpoint);
    const progress: number[] = [];
    const folder = await pull(hub, { onProgress: (bytes) => progress.push(bytes) });
    const root = repoFolder(hub.cacheDir, "model", "lab/coder");
    expect((await readdir(folder)).sort()).toEqual(["config.json", "empty.txt", "model.safetensors", "tokenizer.json"]);
    expect(await readFile(join(folder, "model.safetensors"))).toEqual(weights);
    expect(await readlink(join(folder, "config.json"))).toBe(
      `../../blobs/${textContent('{"model_type":"llama"}').gitSha1}`,
    );
    expect(await readFile(refOf(hub), "utf8")).toBe(repo.refs.get("main"));
    expect((await readdir(join(root, "blobs"))).every((name) => /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(name))).toBe(true);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(progress.at(-1)).toBe(weights.length + 22 + 2);
    expect(await modelsIn(hub)).toEqual(["lab/coder"]);
    // Once here, nothing is asked for again but the commit and the list.
    server.seen.length = 0;
    await pull(hub);
    expect(server.seen.filter(({ path }) => path.includes("/resolve/"))).toEqual([]);
  });

  it("never brings pickle, and says so where there is nothing else", async () => {
    server.addRepo(
      { type: "model", id: "lab/pickle" },
      { "config.json": "{}", "pytorch_model.bin": lfsContent(Buffer.from("x")) },
    );
    server.addRepo({ type: "model", id: "lab/gguf" }, { "model.gguf": lfsContent(Buffer.from("x")) });
    server.addRepo({ type: "model", id: "lab/adapter" }, { "adapter_model.safetensors": lfsContent(Buffer.from("x")) });
    const hub = await openTestHub(server.endpoint);
    expect((await failure(pull(hub, { id: "lab/pickle" }))).message).toContain("pickle files only");
    expect((await failure(pull(hub, { id: "lab/gguf" }))).message).toContain("GGUF");
    expect((await failure(pull(hub, { id: "lab/adapter" }))).message).toContain("an adapter and no model");
    expect(existsSync(hub.cacheDir)).toBe(false);
  });

  it("that is stopped goes on where it was, and registers nothing before its end", async () => {
    const hub = await openTestHub(server.endpoint);
    const abort = new AbortController();
    server.fault = (request) => (isWeights(request) ? { stallAfterBytes: 200_000 } : null);
    const stopped = failure(
      pull(hub, { signal: abort.signal, onProgress: (bytes) => bytes > 150_000 && abort.abort() }),
    );
    await stopped;
    expect(await modelsIn(hub)).toEqual([]);
    expect(existsSync(refOf(hub))).toBe(false);
    server.fault = () => null;
    server.seen.length = 0;
    const folder = await pull(hub);
    expect(await readFile(join(folder, "model.safetensors"))).toEqual(weights);
    const [part] = server.seen.filter(isWeights);
    expect(part?.headers.range).toMatch(/^bytes=[1-9]\d+-$/);
    expect(part?.sentBytes).toBeLessThan(weights.length);
  });

  it("that is cut off again and again is put together by ranges, without a wrong byte", async () => {
    const hub = await openTestHub(server.endpoint);
    server.fault = (request) => (isWeights(request) ? { cutAfterBytes: 90_000 } : null);
    const folder = await pull(hub);
    expect(await readFile(join(folder, "model.safetensors"))).toEqual(weights);
    expect(server.seen.filter(isWeights).length).toBeGreaterThan(2);
  });

  it("starts anew where the server ignores ranges", async () => {
    const hub = await openTestHub(server.endpoint);
    let first = true;
    server.fault = (request) => {
      if (!isWeights(request)) return null;
      const fault = first ? { cutAfterBytes: 100_000 } : { isWhole: true };
      first = false;
      return fault;
    };
    const folder = await pull(hub);
    expect(await readFile(join(folder, "model.safetensors"))).toEqual(weights);
  });

  it("with other contents than announced is not kept, twice at most", async () => {
    const hub = await openTestHub(server.endpoint);
    server.fault = (request) => (isWeights(request) ? { replaceWith: Buffer.alloc(weights.length, "other") } : null);
    const error = await failure(pull(hub));
    expect([error.code, error.message]).toEqual(["unavailable", expect.stringContaining("its hash differs")]);
    expect(server.seen.filter(isWeights)).toHaveLength(2);
    const blobs = await readdir(join(repoFolder(hub.cacheDir, "model", "lab/coder"), "blobs"));
    expect(blobs.filter((name) => name.length > 40)).toEqual([]);
    expect(existsSync(refOf(hub))).toBe(false);
  });

  it("begun with wrong bytes is mended by the second attempt", async () => {
    const hub = await openTestHub(server.endpoint);
    const content = repo.commits.get(repo.refs.get("main") ?? "")?.files.get("model.safetensors");
    const blob = blobPath(repoFolder(hub.cacheDir, "model", "lab/coder"), content?.sha256 ?? "");
    await mkdir(dirname(blob), { recursive: true });
    await writeFile(`${blob}.codetune.incomplete`, Buffer.alloc(100_000, "rubbish"));
    const folder = await pull(hub);
    expect(await readFile(join(folder, "model.safetensors"))).toEqual(weights);
  });

  it("that is more, or another size, than announced is ended early", async () => {
    const hub = await openTestHub(server.endpoint);
    server.fault = (request) => (isWeights(request) ? { replaceWith: Buffer.alloc(weights.length * 3, "w") } : null);
    expect((await failure(pull(hub))).message).toContain("sends more than the 300000 bytes");
    server.fault = ({ server: name, path }) =>
      name === "hub" && path.endsWith(".safetensors") ? { linkedSize: 5_000_000_000 } : null;
    expect((await failure(pull(hub))).message).toContain(
      "has 5000000000 bytes by one answer of the Hub and 300000 by another",
    );
    const blobs = await readdir(join(repoFolder(hub.cacheDir, "model", "lab/coder"), "blobs"));
    expect(blobs.filter((name) => name.length > 40)).toEqual([]);
  });

  it("of a gated model is refused before a byte of it", async () => {
    server.addRepo(
      { type: "model", id: "lab/gated", gated: "auto" },
      { "config.json": "{}", "model.safetensors": lfsContent(weights) },
    );
    const hub = await openTestHub(server.endpoint);
    expect((await failure(pull(hub, { id: "lab/gated" }))).message).toContain("is gated: ask for access on");
    expect(await modelsIn(hub)).toEqual([]);
  });

  it("into a full disk is told as that, and the rest is asked for once there is room", async () => {
    // A device that is always full; other systems lack it, and the disk's own room can't be taken away in a test.
    if (!existsSync("/dev/full")) return console.warn("NOT RUN: no /dev/full here.");
    const hub = await openTestHub(server.endpoint);
    const content = repo.commits.get(repo.refs.get("main") ?? "")?.files.get("model.safetensors");
    const partial = `${blobPath(repoFolder(hub.cacheDir, "model", "lab/coder"), content?.sha256 ?? "")}.codetune.incomplete`;
    await mkdir(dirname(partial), { recursive: true });
    await symlink("/dev/full", partial);
    const error = await failure(pull(hub));
    expect([error.code, error.message]).toEqual([
      "precondition_failed",
      expect.stringContaining("has no room for model.safetensors"),
    ]);
    expect(await modelsIn(hub)).toEqual([]);
    await rm(partial);
    expect(await readFile(join(await pull(hub), "model.safetensors"))).toEqual(weights);
  });

  it("takes over the lock of a process that is long dead", async () => {
    const hub = await openTestHub(server.endpoint);
    const content = repo.commits.get(repo.refs.get("main") ?? "")?.files.get("model.safetensors");
    const lock = join(hub.cacheDir, ".locks", "models--lab--coder", `${content?.sha256}.codetune.lock`);
    await mkdir(dirname(lock), { recursive: true });
    await writeFile(lock, "1\n");
    await utimes(lock, new Date(0), new Date(0));
    expect(await readFile(join(await pull(hub), "model.safetensors"))).toEqual(weights);
    expect(existsSync(lock)).toBe(false);
  });

  it("finds the token in the file that hf auth login writes", async () => {
    const tokenPath = join(await mkdtemp(join(tmpdir(), "codetune-token-")), "token");
    const hub = await openTestHub(server.endpoint, { tokenPath });
    await pull(hub);
    expect(server.seen[0]?.headers.authorization).toBeUndefined();
    // Signed in meanwhile.
    await writeFile(tokenPath, "hf_testtoken\n");
    server.seen.length = 0;
    await pull(hub);
    expect(server.seen[0]?.headers.authorization).toBe("Bearer hf_testtoken");
  });

  it("by two at once fetches a blob once", async () => {
    const hub = await openTestHub(server.endpoint);
    const [one, two] = await Promise.all([pull(hub), pull(hub)]);
    expect(one).toBe(two);
    expect(server.seen.filter(isWeights)).toHaveLength(1);
  });

  it("never shows the token to the host that the bytes come from", async () => {
    const hub = await openTestHub(server.endpoint, { token: "hf_testtoken" });
    await pull(hub);
    expect(server.seen.some(({ server: name, headers }) => name === "hub" && headers.authorization)).toBe(true);
    for (const request of server.seen.filter(isWeights)) expect(request.headers.authorization).toBeUndefined();
  });
});

describe("Python's huggingface_hub", () => {
  const python = (hub: Hub, script: string, offline: boolean) =>
    run(PYTHON ?? "", ["-c", script], {
      env: {
        NODE_ENV: "test",
        PATH: process.env["PATH"] ?? "",
        HF_ENDPOINT: server.endpoint,
        HF_HUB_CACHE: hub.cacheDir,
        HF_HOME: dirname(hub.cacheDir),
        HF_HUB_DISABLE_TELEMETRY: "1",
        HF_HUB_DISABLE_PROGRESS_BARS: "1",
        ...(offline ? { HF_HUB_OFFLINE: "1" } : {}),
      },
    }).then(({ stdout }) => stdout.trim());

  it("finds what was downloaded here, offline, and the other way round", async () => {
    if (PYTHON === null) {
      console.warn("NOT RUN: no Python with huggingface_hub; set CODETUNE_PYTHON to compare the caches.");
      return;
    }
    const ours = await openTestHub(server.endpoint);
    const folder = await pull(ours);
    const find = "from huggingface_hub import hf_hub_download as d\nprint(d('lab/coder','model.safetensors'))";
    expect(await python(ours, find, true)).toBe(join(folder, "model.safetensors"));
    const scan =
      "from huggingface_hub import scan_cache_dir as s\ni=s()\nprint(len(i.warnings), [(r.repo_id, len(r.revisions)) for r in i.repos])";
    expect(await python(ours, scan, true)).toBe("0 [('lab/coder', 1)]");

    const theirs = await openTestHub(server.endpoint);
    const download =
      "from huggingface_hub import snapshot_download as s\nprint(s('lab/coder', allow_patterns=['*.json','*.safetensors','*.txt']))";
    const snapshot = await python(theirs, download, false);
    expect(await modelsIn(theirs)).toEqual(["lab/coder"]);
    server.seen.length = 0;
    expect(await pull(theirs)).toBe(snapshot);
    expect(server.seen.filter(({ path }) => path.includes("/resolve/"))).toEqual([]);
    expect((await lstat(join(snapshot, "config.json"))).isSymbolicLink()).toBe(true);
    expect((await stat(join(snapshot, "model.safetensors"))).size).toBe(weights.length);
  });
});
