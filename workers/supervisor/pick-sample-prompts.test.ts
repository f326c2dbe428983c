import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DatasetDocument } from "@/lib/contracts/dataset";
import { splitDocuments } from "@/lib/datasets/split-documents";
import { pickSamplePrompts } from "./pick-sample-prompts";

describe("pickSamplePrompts", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "codetune-samples-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const write = async (documents: DatasetDocument[]) => {
    await writeFile(join(folder, "documents.jsonl"), documents.map((each) => `${JSON.stringify(each)}\n`).join(""));
    return documents;
  };
  const source = (name: string, lines = 40): DatasetDocument => ({
    name,
    language: "typescript",
    text: Array.from({ length: lines }, (_, i) => `export const value${i} = "${name} 🦀 ${i}";`).join("\n"),
  });

  it("takes beginnings of held-out documents only, cut inside a line, the same ones each time", async () => {
    const documents = await write(Array.from({ length: 30 }, (_, i) => source(`file-${i}.ts`)));
    for (const seed of [1, 2, 3]) {
      const splits = splitDocuments(
        documents.map(({ name }) => name),
        0.3,
        seed,
      );
      const prompts = await pickSamplePrompts(folder, { evalSplit: 0.3, seed });
      expect(prompts).toHaveLength(2);
      for (const { name, prompt } of prompts) {
        const index = documents.findIndex((each) => each.name === name);
        const { text } = documents[index] as DatasetDocument;
        expect(splits[index]).toBe("eval");
        expect(text.startsWith(prompt)).toBe(true);
        expect(prompt.length).toBeLessThan(text.length);
        expect(text[prompt.length]).not.toBe("\n");
        expect(encodeURIComponent(prompt)).not.toBe("");
      }
      expect(await pickSamplePrompts(folder, { evalSplit: 0.3, seed })).toEqual(prompts);
    }
  });

  it("takes the prompts that documents have", async () => {
    await write(
      Array.from({ length: 10 }, (_, i) => ({ name: `line ${i}`, language: "text", prompt: `ask ${i}`, text: "no" })),
    );
    for (const { name, prompt } of await pickSamplePrompts(folder, { evalSplit: 0.5, seed: 1 })) {
      expect(prompt).toBe(name.replace("line", "ask"));
    }
  });

  it("gives none when nothing is held out or all is too short", async () => {
    await write(Array.from({ length: 10 }, (_, i) => source(`file-${i}.ts`, 1)));
    expect(await pickSamplePrompts(folder, { evalSplit: 0.5, seed: 1 })).toEqual([]);
    await write(Array.from({ length: 10 }, (_, i) => source(`file-${i}.ts`)));
    expect(await pickSamplePrompts(folder, { evalSplit: 0, seed: 1 })).toEqual([]);
  });
});
