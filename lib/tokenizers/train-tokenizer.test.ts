import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { SPLIT_NAMES, TokenizerTrainSpec } from "@/lib/contracts/jobs/tokenizer-train";
import { loadTokenizer } from "./load-tokenizer";
import { trainTokenizer } from "./train-tokenizer";

const { corpus } = z
  .object({ corpus: z.array(z.string()) })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, "fixtures/python-tokenizers.json"), "utf8")));
const root = mkdtempSync(join(tmpdir(), "codetune-train-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const options = { vocabularySize: 500, specialTokens: ["<|endoftext|>"], split: "code" } as const;

async function load(file: object) {
  const folder = mkdtempSync(join(root, "t-"));
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(file));
  return loadTokenizer(folder);
}

describe("trainTokenizer", () => {
  it.each(SPLIT_NAMES)("bpe, split as %s: any text comes back, and learned words are few tokens", async (split) => {
    const tokenizer = await load(await trainTokenizer(corpus, { ...options, model: "bpe", split }));
    for (const text of [...corpus.slice(0, 5), "  \t\r\n\n é e\u0301 中文 \u{1F600}\0", "1234567 x"])
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    const text = corpus.join("");
    expect(tokenizer.encode(text).length).toBeLessThan(Buffer.byteLength(text) / 2);
    expect(tokenizer.vocabularySize).toBe(500);
  });

  it("wordpiece: words come back, apart from blanks", async () => {
    const tokenizer = await load(await trainTokenizer(corpus, { ...options, model: "wordpiece" }));
    const words = (text: string) => text.replaceAll(/\s/g, "");
    for (const text of corpus.slice(0, 5)) {
      const ids = tokenizer.encode(text);
      expect(words(tokenizer.decode(ids))).toBe(words(text));
      expect(ids).not.toContain(tokenizer.findId("[UNK]"));
    }
    expect(tokenizer.vocabularySize).toBeLessThanOrEqual(500);
    expect(tokenizer.encode("function").length).toBeLessThan(8);
  });

  it("unigram: texts come back, and the vocabulary is ordered by probabilities that sum to one", async () => {
    const file = await trainTokenizer(corpus, { ...options, model: "unigram" });
    const tokenizer = await load(file);
    for (const text of corpus.slice(0, 5)) expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    const scores = (file.model["vocab"] as [string, number][]).slice(2).map(([, score]) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    // Longer decimals are read differently by Python's library.
    for (const score of scores) expect(String(score)).toMatch(/^-\d+(\.\d{1,8})?$/);
    const sum = scores.reduce((so, score) => so + Math.exp(score), 0);
    expect(sum).toBeGreaterThan(0.9);
    expect(sum).toBeLessThan(1.001);
    expect(tokenizer.vocabularySize).toBe(500);
    const text = corpus.join("");
    expect(tokenizer.encode(text).length).toBeLessThan(text.length / 2);
  });

  it.each(["bpe", "wordpiece", "unigram"] as const)("%s: the same file for the same texts", async (model) => {
    const again = { ...options, model };
    expect(await trainTokenizer(corpus, again)).toEqual(await trainTokenizer(corpus, again));
  });

  it("special tokens are one token each, and plain text where that is asked for", async () => {
    const specialTokens = ["<|endoftext|>", "<|fim_prefix|>"];
    const tokenizer = await load(await trainTokenizer(corpus, { ...options, specialTokens, model: "bpe" }));
    const text = "a<|fim_prefix|>b";
    expect(tokenizer.encode(text)[1]).toBe(1);
    const plain = tokenizer.encode(text, { specialTokens: "text" });
    expect(plain).not.toContain(1);
    expect(tokenizer.decode(plain)).toBe(text);
  });

  it("long runs cost no time that grows with their square", async () => {
    const tokenizer = await load(await trainTokenizer(corpus, { ...options, model: "bpe" }));
    for (const text of [" ".repeat(1_000_000), "\n".repeat(1_000_000), "a".repeat(1_000_000)])
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  });
});

describe("what is asked for", () => {
  const spec = { kind: "tokenizer-train", name: "mine", datasets: ["a"] };
  const problem = (change: object) => TokenizerTrainSpec.safeParse({ ...spec, ...change }).error?.issues[0]?.message;
  it("is complete with a name and a dataset", () => {
    expect(problem({})).toBeUndefined();
  });
  it.each([
    ["no room for the bytes", { vocabulary_size: 200 }, /at least 264: 256 bytes/],
    ["no dataset", { datasets: [] }, /at least one dataset/],
    ["a special token twice", { special_tokens: ["<a>", "<a>"] }, /"<a>" twice/],
    ["one inside another", { special_tokens: ["<a>", "x<a>"] }, /inside "x<a>"/],
    ["a blank special token", { special_tokens: [" "] }, /blank/],
    ["a name that is a path", { name: "../x" }, /letters, digits/],
  ])("%s: one sentence", (_, change, sentence) => {
    expect(problem(change)).toMatch(sentence);
  });
});
