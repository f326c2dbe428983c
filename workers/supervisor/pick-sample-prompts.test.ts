import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DatasetDocument } from "@/lib/contracts/dataset";
import { splitDocuments } from "@/lib/datasets/split-documents";
import { pickSamplePrompts, type SampleOptions } from "./pick-sample-prompts";

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
  const pick = (options: Partial<SampleOptions>) =>
    pickSamplePrompts(folder, {
      evalSplit: 0.5,
      seed: 1,
      objective: "causal",
      renderPrompt: async (messages) => messages.map(({ role, content }) => `${role}: ${content}`).join(";"),
      ...options,
    });
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
      const prompts = await pick({ evalSplit: 0.3, seed });
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
      expect(await pick({ evalSplit: 0.3, seed })).toEqual(prompts);
    }
  });

  it("takes the prompts that documents have", async () => {
    await write(
      Array.from({ length: 10 }, (_, i) => ({ name: `line ${i}`, language: "text", prompt: `ask ${i}`, text: "no" })),
    );
    for (const { name, prompt } of await pick({ evalSplit: 0.5, seed: 1 })) {
      expect(prompt).toBe(name.replace("line", "ask"));
    }
  });

  it("cuts a gap for a run that fills in the middle: what is left of the line", async () => {
    const documents = await write(Array.from({ length: 30 }, (_, i) => source(`file-${i}.ts`)));
    const prompts = await pick({ evalSplit: 0.3, objective: "fim" });
    expect(prompts).toHaveLength(2);
    for (const { name, prompt, suffix = "" } of prompts) {
      const { text } = documents.find((each) => each.name === name) as DatasetDocument;
      const gapEnd = text.indexOf(suffix, prompt.length);
      expect(text.startsWith(prompt)).toBe(true);
      expect(suffix.startsWith("\n")).toBe(true);
      expect(gapEnd).toBeGreaterThan(prompt.length);
      expect(text.slice(prompt.length, gapEnd)).not.toContain("\n");
    }
  });

  it("asks for the body of a function where bodies are learned", async () => {
    const text = "const a = 1;\n\n/** Adds. */\nfunction add(x, y) {\n  return x + y;\n}\n";
    await write(Array.from({ length: 8 }, (_, i) => ({ name: `${i}.js`, language: "javascript", text })));
    for (const { prompt } of await pick({ objective: "docstring" }))
      expect(prompt).toBe("/** Adds. */\nfunction add(x, y) {");
    for (const { prompt } of await pick({ objective: "signature" })) expect(prompt).toBe("function add(x, y) {");
  });

  it("asks as the model's template does, up to the first answer", async () => {
    const messages: DatasetDocument["messages"] = [
      { role: "system", content: "s" },
      { role: "user", content: "u" },
      { role: "assistant", content: "a" },
    ];
    await write(Array.from({ length: 6 }, (_, i) => ({ name: `${i}`, language: "text", text: "", messages })));
    for (const { prompt } of await pick({})) expect(prompt).toBe("system: s;user: u");
    await write(Array.from({ length: 6 }, (_, i) => ({ name: `${i}`, language: "text", prompt: "p\n", text: "a" })));
    for (const { prompt } of await pick({ objective: "chat" })) expect(prompt).toBe("user: p");
    expect(await pick({ objective: "chat", renderPrompt: async () => null })).toEqual([]);
  });

  it("gives none when nothing is held out or all is too short", async () => {
    await write(Array.from({ length: 10 }, (_, i) => source(`file-${i}.ts`, 1)));
    expect(await pick({ evalSplit: 0.5, seed: 1 })).toEqual([]);
    await write(Array.from({ length: 10 }, (_, i) => source(`file-${i}.ts`)));
    expect(await pick({ evalSplit: 0, seed: 1 })).toEqual([]);
  });
});
