import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Frame } from "@/lib/contracts/trainer-protocol";
import { ProtocolError, readFrames } from "./read-frames";

const log = (message: string) => JSON.stringify({ kind: "log", level: "info", message });

describe("readFrames", () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "codetune-frames-"));
    path = join(folder, "frames.ndjson");
  });
  afterEach(() => rm(folder, { recursive: true }));

  const readAll = async (options: { offset?: number; maxLineBytes?: number } = {}) => {
    const messages: unknown[] = [];
    for await (const { frame, end } of readFrames({
      path,
      schema: Frame,
      offset: 0,
      isWriterGone: () => true,
      ...options,
    })) {
      messages.push([frame.kind === "log" ? frame.message : frame.kind, end]);
    }
    return messages;
  };

  it("gives each line with the place where the next one begins, from any such place", async () => {
    const lines = [log("one"), "", log("zwei ü 🦀"), log("three")];
    await writeFile(path, lines.map((line) => `${line}\n`).join(""));
    const all = await readAll();
    expect(all.map((entry) => (entry as unknown[])[0])).toEqual(["one", "zwei ü 🦀", "three"]);
    const [, [, offset]] = all as [unknown, [string, number]];
    expect(await readAll({ offset })).toEqual(all.slice(2));
  });

  it("reads lines that are longer than one read, and waits for lines that come in pieces", async () => {
    const long = log("x".repeat(200_000));
    await writeFile(path, `${long}\n${log("a").slice(0, 10)}`);
    let isGone = false;
    const seen: number[] = [];
    const reading = (async () => {
      for await (const { frame } of readFrames({ path, schema: Frame, offset: 0, isWriterGone: () => isGone })) {
        if (frame.kind === "log") seen.push(frame.message.length);
        if (seen.length === 1) await appendFile(path, `${log("a").slice(10)}\n`);
        if (seen.length === 2) isGone = true;
      }
    })();
    await reading;
    expect(seen).toEqual([200_000, 1]);
  });

  it("leaves out a last line without its end: its writer died over it", async () => {
    await writeFile(path, `${log("whole")}\n${log("torn")}`);
    expect(await readAll()).toHaveLength(1);
  });

  it.each([
    ["no JSON", "{ nope"],
    ["another kind", '{"kind":"hack"}'],
    ["an extra key", '{"kind":"log","level":"info","message":"x","sql":"drop"}'],
    ["a wrong type", '{"kind":"checkpoint","step":"1","path":"x"}'],
    ["a bare value", "42"],
  ])("refuses %s", async (_, line) => {
    await writeFile(path, `${line}\n`);
    await expect(readAll()).rejects.toBeInstanceOf(ProtocolError);
  });

  it("refuses a line without end before it fills the memory", async () => {
    await writeFile(path, "x".repeat(200_000));
    await expect(readAll({ maxLineBytes: 1000 })).rejects.toBeInstanceOf(ProtocolError);
  });
});
