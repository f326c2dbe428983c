/** The command line against a loopback Hub: search, a dataset out of a split, a download that was killed and goes on. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BasicType, parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { descendantsOf, untilGone } from "../cli/processes";
import { type Program, repository, startProgram } from "../cli/start-program";
import { waitFor } from "../helpers/wait-for";
import { lfsContent } from "./hub-content";
import { type HubServer, startHubServer } from "./hub-server";

let server: HubServer;
let home: string;
const programs: Program[] = [];
const weights = Buffer.alloc(3_000_000, "weights");

beforeAll(async () => {
  server = await startHubServer();
  home = await mkdtemp(join(tmpdir(), "codetune-hub-cli-"));
  const parquet = parquetWriteBuffer({
    columnData: [
      { name: "content", data: Array.from({ length: 50 }, (_, row) => `let x = ${row};`), type: "STRING" as BasicType },
    ],
  });
  server.addRepo(
    { type: "dataset", id: "lab/snippets", facts: { downloads: 7, tags: ["license:mit"] } },
    { "train.parquet": lfsContent(new Uint8Array(parquet)) },
  );
  const tiny = join(repository, "models", "tiny-code");
  server.addRepo(
    { type: "model", id: "lab/coder" },
    {
      "config.json": await readFile(join(tiny, "config.json"), "utf8"),
      "tokenizer.json": await readFile(join(tiny, "tokenizer.json"), "utf8"),
      "model.safetensors": lfsContent(weights),
    },
  );
});
afterEach(() => {
  server.fault = () => null;
  server.seen.length = 0;
});
afterAll(async () => {
  for (const program of programs) {
    const all = [program.pid, ...descendantsOf(program.pid)];
    program.child.kill("SIGKILL");
    await untilGone(all);
  }
  await server.close();
  await rm(home, { recursive: true, force: true, maxRetries: 5 });
});

function start(args: string[], env: Record<string, string> = {}): Program {
  const program = startProgram(args, {
    CODETUNE_HOME: join(home, "data"),
    HF_HOME: join(home, "hf"),
    HF_ENDPOINT: server.endpoint,
    HF_TOKEN: "",
    ...env,
  });
  programs.push(program);
  return program;
}

async function run(args: string[], env: Record<string, string> = {}) {
  const program = start(args, env);
  const { code } = await program.ended;
  return { code, ...program.output() };
}

const lastLine = (out: string) => JSON.parse(out.trim().split("\n").at(-1) ?? "{}") as Record<string, unknown>;

test("a search prints what the Hub has, for people and for programs", async () => {
  const { code, out } = await run(["dataset", "search", "snip", "--license", "mit", "--json"]);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ repos: [{ repo: "lab/snippets", license: "mit" }], nextCursor: null });
  expect((await run(["dataset", "search", "snip"])).out).toContain("lab/snippets\n    7 downloads");
  expect((await run(["model", "search", "nothing-of-that-name"])).out).toContain("nothing that fits");
  const bad = await run(["dataset", "search", "x", "--language", "no language!"]);
  expect([bad.code, bad.err]).toEqual([2, expect.stringContaining("language may have letters")]);
});

test("offline it says so at once, with an exit code of its own", async () => {
  const { code, err } = await run(["dataset", "search", "snip"], { HF_HUB_OFFLINE: "1" });
  expect([code, err]).toEqual([5, expect.stringContaining("HF_HUB_OFFLINE")]);
  expect(server.seen).toEqual([]);
});

test("a split becomes a dataset, with the guessed column and a pinned commit", async () => {
  const { code, out, err } = await run(["dataset", "pull", "lab/snippets", "--json"]);
  expect([code, err]).toEqual([0, expect.stringContaining("text from content")]);
  expect(lastLine(out)).toMatchObject({
    kind: "job-result",
    status: "completed",
    result: { kind: "dataset", name: "snippets" },
  });
  const wrong = await run(["dataset", "pull", "lab/snippets", "--text", "code", "--json"]);
  expect(wrong.code).toBe(3);
  expect(lastLine(wrong.out)).toMatchObject({ status: "failed", error: expect.stringContaining("it has content") });
  const none = await run(["dataset", "pull", "lab/none"]);
  expect([none.code, none.err]).toEqual([2, expect.stringContaining("There is no dataset lab/none")]);
});

test("a download killed on its way is no model, and the same command goes on where it was", async () => {
  server.fault = ({ server: name }) => (name === "cdn" ? { stallAfterBytes: 2_000_000 } : null);
  const killed = start(["model", "pull", "lab/coder"]);
  await waitFor("most of the weights", async () =>
    server.seen.some(({ server: name, sentBytes }) => name === "cdn" && sentBytes >= 2_000_000),
  );
  await new Promise((resolve) => setTimeout(resolve, 500));
  const all = [killed.pid, ...descendantsOf(killed.pid)];
  for (const pid of all) process.kill(pid, "SIGKILL");
  await untilGone(all);
  server.fault = () => null;
  server.seen.length = 0;
  const { code, out } = await run(["model", "pull", "lab/coder", "--json"]);
  expect([code, lastLine(out)]).toMatchObject([0, { result: { kind: "model", id: "lab/coder" } }]);
  const [part] = server.seen.filter(({ server: name }) => name === "cdn");
  expect(part?.headers.range).toBe("bytes=2000000-");
  const commit = server.repos.find(({ id }) => id === "lab/coder")?.refs.get("main") ?? "";
  const file = join(home, "hf", "hub", "models--lab--coder", "snapshots", commit, "model.safetensors");
  expect((await readFile(file)).equals(weights)).toBe(true);
});
