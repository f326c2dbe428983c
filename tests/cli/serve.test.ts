import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { DatasetView, HealthView } from "@/lib/contracts/views";
import { descendantsOf, untilGone } from "./processes";
import { type Program, startProgram } from "./start-program";

let home: string;
let program: Program | null;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "codetune-serve-"));
  program = null;
});
afterEach(async () => {
  if (program !== null) {
    const all = [program.pid, ...descendantsOf(program.pid)];
    program.child.kill("SIGKILL");
    await untilGone(all);
  }
  await rm(home, { recursive: true });
});

function start(...args: string[]): Program {
  program = startProgram(args, { CODETUNE_HOME: home });
  return program;
}

async function serve(...args: string[]): Promise<{ served: Program; url: string }> {
  const served = start("serve", "--port", "0", ...args);
  const [, url = ""] = await served.matched(/ready at (\S+)/);
  return { served, url };
}

async function health(url: string): Promise<HealthView> {
  const response = await fetch(`${url}/api/health`);
  return (await response.json()) as HealthView;
}

async function untilWorking(url: string): Promise<void> {
  while ((await health(url)).status !== "ok") await sleep(100);
}

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "%s ends web server and worker, and leaves nothing behind",
  async (signal) => {
    const { served, url } = await serve();
    await untilWorking(url);
    const children = descendantsOf(served.pid);
    expect(children.length).toBeGreaterThanOrEqual(2);
    served.child.kill(signal);
    expect(await served.ended).toEqual({ code: 0, signal: null });
    await untilGone(children);
    await expect(fetch(url)).rejects.toThrow();
  },
);

test("an open event stream does not hold up the end", async () => {
  const { served, url } = await serve("--no-worker");
  const controller = new AbortController();
  const page = await fetch(url, { signal: controller.signal, headers: { connection: "keep-alive" } });
  expect(page.status).toBe(200);
  served.child.kill("SIGTERM");
  expect((await served.ended).code).toBe(0);
  controller.abort();
});

test("killed with SIGKILL it leaves neither web server nor worker behind", async () => {
  const { served, url } = await serve();
  await untilWorking(url);
  const children = descendantsOf(served.pid);
  served.child.kill("SIGKILL");
  await served.ended;
  await untilGone(children);
});

test("a worker that is killed is started again, and that is said", async () => {
  const { served, url } = await serve();
  await untilWorking(url);
  // The web server is the first child, the worker the second.
  const [, worker] = descendantsOf(served.pid);
  process.kill(worker as number, "SIGKILL");
  while (!served.output().err.includes("The worker was ended by SIGKILL; starting it again")) await sleep(50);
  while (descendantsOf(served.pid).length < 2) await sleep(50);
  await untilWorking(url);
});

test("--no-worker serves alone, and health says that nothing trains", async () => {
  const { served, url } = await serve("--no-worker");
  expect(await health(url)).toMatchObject({ status: "degraded", workerHeartbeatAgeMs: null });
  expect(descendantsOf(served.pid)).toHaveLength(1);
});

test("the studio's own source is a dataset soon after the first start", async () => {
  const { url } = await serve("--no-worker");
  const names = async () =>
    ((await (await fetch(`${url}/api/datasets`)).json()) as DatasetView[]).map(({ name }) => name);
  while ((await names()).length === 0) await sleep(100);
  expect(await names()).toEqual(["this-repository"]);
});

test("a port in use ends with one sentence and code 5", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const served = start("serve", "--port", String(port));
  expect((await served.ended).code).toBe(5);
  server.close();
  expect(served.output()).toEqual({
    out: "",
    err: `Port ${port} is in use; end the program that uses it, or choose another port with --port.\n`,
  });
});

test("listening to others without a token is refused with one sentence and code 2", async () => {
  const served = start("serve", "--host", "0.0.0.0", "--port", "0");
  expect((await served.ended).code).toBe(2);
  expect(served.output().err).toMatch(/^Listening on 0\.0\.0\.0 lets others in, so it needs a CODETUNE_TOKEN .*\n$/);
});

test("listening to others with a token serves nothing to strangers", async () => {
  const token = "a-token-of-enough-length";
  program = startProgram(["serve", "--host", "0.0.0.0", "--port", "0", "--no-worker"], {
    CODETUNE_HOME: home,
    CODETUNE_TOKEN: token,
  });
  const [, url = ""] = await program.matched(/ready at (\S+)/);
  expect((await fetch(`${url}/api/runs`)).status).toBe(401);
  expect((await fetch(url, { redirect: "manual" })).status).toBe(307);
  const answer = await fetch(`${url}/api/runs`, { headers: { authorization: `Bearer ${token}` } });
  expect(answer.status).toBe(200);
});

test("a bad environment ends with one line that names the variable", async () => {
  program = startProgram(["serve"], { CODETUNE_HOME: home, PORT: "seven" });
  expect((await program.ended).code).toBe(2);
  expect(program.output().err).toMatch(/^Check the environment: PORT must be a port number.*\n$/);
});

test("a database that does not answer ends with one sentence and code 5", async () => {
  const served = start("serve", "--port", "0", "--database-url", "postgres://someone:secret@127.0.0.1:1/none");
  expect((await served.ended).code).toBe(5);
  const { err } = served.output();
  expect(err).toContain("does not answer");
  expect(err).not.toContain("secret");
  expect(err.trim().split("\n")).toHaveLength(1);
});
