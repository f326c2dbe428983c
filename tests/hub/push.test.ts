/** A folder pushed to the Hub and read back from there. */
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { AppError } from "@/lib/errors";
import { downloadSnapshot } from "@/lib/hub/download-snapshot";
import { listRepoFiles } from "@/lib/hub/list-repo-files";
import { type PushOptions, pushFolder } from "@/lib/hub/push-folder";
import { type HubServer, startHubServer } from "./hub-server";
import { openTestHub } from "./test-hub";

let server: HubServer;
let folder: string;
beforeAll(async () => {
  server = await startHubServer();
  folder = await mkdtemp(join(tmpdir(), "codetune-push-"));
  await mkdir(join(folder, "sub"));
  await writeFile(join(folder, "tokenizer.json"), '{"model":{}}');
  await writeFile(join(folder, "sub", "note.txt"), "é");
  await writeFile(join(folder, "model.safetensors"), Buffer.alloc(200_000, "w"));
  await writeFile(join(folder, ".secret"), "not for others");
});
afterAll(() => server.close());
afterEach(() => {
  server.fault = () => null;
  server.seen.length = 0;
});

const options = (more: Partial<PushOptions> = {}): PushOptions => ({
  type: "model",
  repo: "ada/tokenizer",
  folder,
  message: "A tokenizer",
  ...more,
});
const failure = (promise: Promise<unknown>): Promise<AppError> =>
  promise.then(
    () => {
      throw new Error("it succeeded");
    },
    (error) => error as AppError,
  );

describe("pushFolder", () => {
  it("sends nothing in a dry run, and says what it would send", async () => {
    const hub = await openTestHub(server.endpoint);
    const pushed = await pushFolder(hub, options({ isDryRun: true }));
    expect(pushed.files.map(({ path }) => path)).toEqual(["model.safetensors", "sub/note.txt", "tokenizer.json"]);
    expect([pushed.commit, server.seen.length]).toEqual([null, 0]);
  });

  it("makes a private repository with the very files, again into the same one, the token for the Hub alone", async () => {
    const hub = await openTestHub(server.endpoint, { token: "hf_testtoken" });
    const shares: number[] = [];
    const pushed = await pushFolder(hub, options({ onProgress: (share) => shares.push(share) }));
    expect(server.repos).toMatchObject([{ id: "ada/tokenizer", isPrivate: true }]);
    expect(server.repos[0]?.refs.get("main")).toBe(pushed.commit);
    expect(shares.at(-1)).toBeGreaterThan(0);
    for (const request of server.seen.filter((each) => each.server === "cdn"))
      expect(request.headers.authorization).toBeUndefined();
    expect(server.seen.some((each) => each.server === "cdn" && each.method === "PUT")).toBe(true);

    const at = { type: "model", repo: "ada/tokenizer", revision: "main" } as const;
    const files = (await listRepoFiles(hub, at)).filter(({ path }) => !path.startsWith("."));
    const back = await downloadSnapshot(hub, at, { commit: pushed.commit ?? "", files });
    for (const { path } of pushed.files)
      expect(await readFile(join(back, path))).toEqual(await readFile(join(folder, path)));

    const again = await pushFolder(hub, options());
    expect(again.commit).not.toBe(pushed.commit);
    expect(server.repos).toHaveLength(1);
  });

  it("says what is missing: a token, the right to write, a whole name, files", async () => {
    const open = await openTestHub(server.endpoint);
    expect((await failure(pushFolder(open, options()))).message).toContain("set HF_TOKEN");
    const hub = await openTestHub(server.endpoint, { token: "hf_testtoken" });
    expect((await failure(pushFolder(hub, options({ repo: "others/tokenizer" })))).code).toBe("forbidden");
    expect((await failure(pushFolder(hub, options({ repo: "tokenizer" })))).message).toContain("your-name/name");
    expect(
      (await failure(pushFolder(hub, options({ folder: await mkdtemp(join(tmpdir(), "empty-")) })))).message,
    ).toContain("no files");
    server.fault = ({ path }) => (path.includes("/commit/") ? { status: 503 } : null);
    expect((await failure(pushFolder(hub, options()))).code).toBe("unavailable");
    expect(server.seen.filter(({ path }) => path.includes("/commit/"))).toHaveLength(1);
  });
});
