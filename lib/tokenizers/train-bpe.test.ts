import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { TokenizerJson } from "./new-tokenizer-file";
import { type BpeModel, trainBpe } from "./train-bpe";

const Fixture = z.object({
  corpus: z.array(z.string()),
  cases: z.array(z.object({ name: z.string(), tokenizer: z.unknown() })),
});
const Trained = z.looseObject({
  model: z.looseObject({ vocab: z.record(z.string(), z.int()), merges: z.array(z.array(z.string())) }),
});
const fixture = Fixture.parse(
  JSON.parse(readFileSync(join(import.meta.dirname, "fixtures/python-tokenizers.json"), "utf8")),
);
const SPECIAL = ["<|endoftext|>", "<|fim_prefix|>", "<|fim_middle|>"];

describe("trainBpe", () => {
  it("makes the vocabulary and the merges that Python's tokenizers makes", async () => {
    const trained = await trainBpe(fixture.corpus, { vocabularySize: 600, specialTokens: SPECIAL });
    const python = Trained.parse(fixture.cases.find(({ name }) => name === "our pattern")?.tokenizer);
    expect(trained.model.merges).toEqual(python.model.merges);
    expect(trained.model.vocab).toEqual(python.model.vocab);
    expect(trained.pre_tokenizer).toMatchObject(python["pre_tokenizer"] as object);
    expect(trained.model.merges.length).toBe(600 - 256 - SPECIAL.length);
  });

  it("does not depend on how the corpus is cut into texts, nor on their order", async () => {
    const lines = fixture.corpus.map((text) => text.replaceAll("\r", ""));
    const options = { vocabularySize: 500, specialTokens: SPECIAL };
    const forward = await trainBpe(lines, options);
    expect(await trainBpe([...lines].reverse(), options)).toEqual(forward);
  });

  it("gives special tokens the first ids, then all bytes, and holds itself to the size", async () => {
    const { model, added_tokens } = await trainBpe(["ab ab ab"], { vocabularySize: 261, specialTokens: SPECIAL });
    expect(added_tokens.map(({ id, content }) => [id, content])).toEqual(SPECIAL.map((token, id) => [id, token]));
    expect(Object.keys(model.vocab)).toHaveLength(261);
    expect(new Set(Object.values(model.vocab))).toEqual(new Set(Array.from({ length: 261 }, (_, id) => id)));
    expect(model.merges[0]).toEqual(["a", "b"]);
  });

  it("stops where no pair is frequent enough", async () => {
    const once = await trainBpe(["abcdef"], { vocabularySize: 400, specialTokens: [] });
    expect(once.model.merges).toEqual([]);
    const all = await trainBpe(["abcdef"], { vocabularySize: 400, specialTokens: [], minFrequency: 1 });
    expect(all.model.vocab["abcdef"]).toBeDefined();
  });

  it("keeps tokens that are names of an object's own machinery", async () => {
    const text = "constructor\nhasOwnProperty\n".repeat(50);
    const trained = await trainBpe([text], { vocabularySize: 400, specialTokens: [] });
    const copy = JSON.parse(JSON.stringify(trained)) as TokenizerJson<BpeModel>;
    expect(Object.keys(copy.model.vocab)).toHaveLength(
      256 + new Set(trained.model.merges.map((pair) => pair.join(""))).size,
    );
    expect(Object.hasOwn(copy.model.vocab, "constructor")).toBe(true);
  });

  it("learns from texts without end, one word of a million letters, and lone surrogates", async () => {
    const texts = ["x".repeat(1_000_000), "\ud800 \udc00a", ""];
    const { model } = await trainBpe(texts, { vocabularySize: 270, specialTokens: [] });
    expect(model.merges[0]).toEqual(["x", "x"]);
  });

  it("refuses sizes without room for the bytes, and repeated special tokens", async () => {
    await expect(trainBpe([], { vocabularySize: 258, specialTokens: SPECIAL })).rejects.toThrow("from 259");
    await expect(trainBpe([], { vocabularySize: 300, specialTokens: ["<a>", "<a>"] })).rejects.toThrow("different");
    await expect(trainBpe([], { vocabularySize: 300, specialTokens: [""] })).rejects.toThrow("not empty");
  });

  it("stops when it is told to", async () => {
    const controller = new AbortController();
    async function* endless() {
      for (let i = 0; ; i++) {
        if (i === 200) controller.abort(new Error("enough"));
        yield `word${i} `.repeat(1000);
      }
    }
    await expect(
      trainBpe(endless(), { vocabularySize: 300, specialTokens: [], signal: controller.signal }),
    ).rejects.toThrow("enough");
  });
});
