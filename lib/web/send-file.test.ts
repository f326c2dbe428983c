import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sendFile } from "./send-file";

let folder: string;
let root: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "codetune-send-"));
  root = join(folder, "runs", "run_1");
  await mkdir(join(root, "adapter"), { recursive: true });
  await mkdir(join(folder, "runs", "run_10"));
  await writeFile(join(root, "adapter", "adapter_config.json"), "{}");
  await writeFile(join(root, "empty.txt"), "");
  await writeFile(join(root, ".hidden"), "secret");
  await writeFile(join(folder, "secret.txt"), "secret");
  await writeFile(join(folder, "runs", "run_10", "secret.txt"), "secret");
  await symlink(join(folder, "secret.txt"), join(root, "link.txt"));
  await symlink(folder, join(root, "out"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("sendFile", () => {
  it("sends a file of the run as a download", async () => {
    const response = await sendFile({ root, parts: ["adapter", "adapter_config.json"] });
    expect(await response.text()).toBe("{}");
    expect(response.headers.get("content-length")).toBe("2");
    expect(response.headers.get("content-disposition")).toBe('attachment; filename="adapter_config.json"');
  });

  it.each([
    [["..", "..", "secret.txt"]],
    [["../../secret.txt"]],
    [["..%2f..%2fsecret.txt"]],
    [["..", "run_10", "secret.txt"]],
    [["adapter", "..", "..", "run_10", "secret.txt"]],
    [["link.txt"]],
    [["out", "secret.txt"]],
    [[".hidden"]],
    [["adapter"]],
    [["adapter\0"]],
    [["/etc/passwd"]],
    [[""]],
    [[]],
    [["missing.txt"]],
  ])("refuses %j, and does not say why", async (parts) => {
    await expect(sendFile({ root, parts })).rejects.toMatchObject({
      code: "not_found",
      message: "There is no such file in this run.",
    });
  });

  it("refuses everything when the run has no folder", async () => {
    await expect(sendFile({ root: join(folder, "runs", "run_2"), parts: ["x"] })).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it("sends the end of a long file, and an empty one", async () => {
    await writeFile(join(root, "log.txt"), "0123456789");
    expect(await (await sendFile({ root, parts: ["log.txt"], contentType: "text/plain", lastBytes: 4 })).text()).toBe(
      "6789",
    );
    expect(await (await sendFile({ root, parts: ["empty.txt"] })).text()).toBe("");
  });
});
