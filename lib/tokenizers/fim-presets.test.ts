import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createTokenizerConfig } from "./create-tokenizer-config";
import { type FimTokens, fimPrompt, findFimTokens } from "./fim-presets";
import { findEndTokens } from "./find-end-tokens";
import { loadTokenizer } from "./load-tokenizer";
import { trainBpe } from "./train-bpe";

const root = mkdtempSync(join(tmpdir(), "codetune-fim-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A real byte-level tokenizer with these special tokens, the first of which ends texts. */
async function tokenizerWith(name: string, special: string[]) {
  const folder = join(root, name);
  mkdirSync(folder);
  const json = await trainBpe(["const a = 1;\nfunction f() { return a; }\n"], {
    vocabularySize: 256 + special.length + 10,
    specialTokens: special,
  });
  const end = special[0] as string;
  const config = createTokenizerConfig({ bosToken: end, eosToken: end, padToken: end, modelMaxLength: 512 });
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(json));
  writeFileSync(join(folder, "tokenizer_config.json"), JSON.stringify(config));
  return loadTokenizer(folder);
}

test.each([
  [
    "fim_prefix",
    ["<|endoftext|>", "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>", "<|file_sep|>"],
    [0, 1, 2, 3, 4],
  ],
  ["starcoder", ["<|endoftext|>", "<fim_prefix>", "<fim_middle>", "<fim_suffix>"], [0, 1, 2, 3]],
  ["santacoder", ["<|endoftext|>", "<fim-prefix>", "<fim-middle>", "<fim-suffix>"], [0, 1, 2, 3]],
  ["deepseek", ["<｜end▁of▁sentence｜>", "<｜fim▁begin｜>", "<｜fim▁end｜>", "<｜fim▁hole｜>"], [0, 1, 2, 3]],
])(
  "%s: the tokenizer's own tokens are found, and both orders hold every token of prefix and suffix",
  async (preset, special, ends) => {
    const tokenizer = await tokenizerWith(preset, special);
    const fim = findFimTokens(tokenizer);
    expect(fim).toMatchObject({ preset, prefix: 1, middle: 2, suffix: 3, end: 0 });
    expect(fim?.ends.toSorted((a, b) => a - b)).toEqual(ends);
    if (!fim) return;
    const [prefix, suffix] = ["const a =", ";\nreturn a"];
    const [before, after] = [tokenizer.encode(prefix), tokenizer.encode(suffix)];
    expect(fimPrompt(fim, { prefix, suffix })).toEqual([1, ...before, 3, ...after, 2]);
    expect(fimPrompt(fim, { prefix, suffix, order: "spm" })).toEqual([1, 3, ...after, 2, ...before]);
  },
);

test("code that spells a marker is ordinary text", async () => {
  const tokenizer = await tokenizerWith("spelled", ["<|endoftext|>", "<fim_prefix>", "<fim_middle>", "<fim_suffix>"]);
  const fim = findFimTokens(tokenizer);
  const ids = fim ? fimPrompt(fim, { prefix: "a <fim_suffix> b <|endoftext|>", suffix: "" }) : [];
  expect(ids.filter((id) => id < 4)).toEqual([1, 3, 2]);
  expect(tokenizer.decode(ids)).toBe("<fim_prefix>a <fim_suffix> b <|endoftext|><fim_suffix><fim_middle>");
});

test("a prompt that is too long loses what is farthest from the gap", async () => {
  const tokenizer = await tokenizerWith("room", ["<|endoftext|>", "<fim_prefix>", "<fim_middle>", "<fim_suffix>"]);
  const fim = findFimTokens(tokenizer) as FimTokens;
  const [prefix, suffix] = ["0123456789".repeat(5), "abcdefghij".repeat(5)];
  for (const order of ["psm", "spm"] as const) {
    for (const [before, after] of [
      [prefix, suffix],
      [prefix, "ab"],
      ["01", suffix],
      ["", suffix],
      [prefix, ""],
    ] as const) {
      for (let maxTokens = 4; maxTokens < 120; maxTokens++) {
        const whole = fimPrompt(fim, { prefix: before, suffix: after, order });
        const ids = fimPrompt(fim, { prefix: before, suffix: after, order, maxTokens });
        expect(ids.length).toBe(Math.min(whole.length, maxTokens));
        const text = tokenizer.decode(ids);
        const [, kept] = (order === "psm" ? /<fim_prefix>(.*)<fim_suffix>/ : /<fim_middle>(.*)$/).exec(text) ?? [];
        const [, rest] = /<fim_suffix>(.*)<fim_middle>/.exec(text) ?? [];
        expect(before.endsWith(kept ?? "?")).toBe(true);
        expect(after.startsWith(rest ?? "?")).toBe(true);
      }
    }
  }
});

test("a tokenizer without the tokens, or with some of them only, fills nothing in", async () => {
  expect(findFimTokens(await tokenizerWith("none", ["<|endoftext|>"]))).toBeNull();
  expect(findFimTokens(await tokenizerWith("some", ["<|endoftext|>", "<fim_prefix>", "<fim_suffix>"]))).toBeNull();
});

test("where a space is put before every text, the prefix gets it and the suffix does not", () => {
  // As SentencePiece: ids are the characters' codes, with "▁" in front of each text.
  const markers = new Map([
    ["▁<PRE>", 1],
    ["▁<SUF>", 2],
    ["▁<MID>", 3],
    ["▁<EOT>", 4],
  ]);
  const code = (char: string) => char.codePointAt(0) as number;
  const encode = (text: string) => Array.from(`▁${text}`, code);
  const fim = findFimTokens({ encode, findId: (token) => markers.get(token) ?? null, eosTokenId: 0 });
  expect(fim).toMatchObject({ preset: "codellama", end: 4 });
  expect(fim && fimPrompt(fim, { prefix: "a", suffix: "c" })).toEqual([1, code("▁"), code("a"), 2, code("c"), 3]);
});

test("a text ends where generation_config.json, config.json or the tokenizer say", async () => {
  const folder = join(root, "ends");
  mkdirSync(folder);
  expect([...(await findEndTokens(folder, { eosTokenId: 7 }))]).toEqual([7]);
  writeFileSync(join(folder, "generation_config.json"), JSON.stringify({ eos_token_id: [3, 5] }));
  writeFileSync(join(folder, "config.json"), JSON.stringify({ eos_token_id: 9, hidden_size: 4 }));
  expect([...(await findEndTokens(folder, { eosTokenId: 7 }))].toSorted()).toEqual([3, 5, 7, 9]);
  writeFileSync(join(folder, "config.json"), JSON.stringify({ eos_token_id: null }));
  expect([...(await findEndTokens(folder, { eosTokenId: 7 }))].toSorted()).toEqual([3, 5, 7]);
});

test("what transformers puts in front of a text is read off the template, unless add_bos_token decides", async () => {
  const folder = join(root, "start");
  mkdirSync(folder);
  const special = ["<|end|>", "<|begin|>"];
  const json = await trainBpe(["abc abd"], { vocabularySize: 262, specialTokens: special });
  const single = [{ SpecialToken: { id: "<|begin|>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }];
  const template = { type: "TemplateProcessing", single, pair: [], special_tokens: {} };
  const startOf = async (post_processor: unknown, config: object) => {
    writeFileSync(join(folder, "tokenizer.json"), JSON.stringify({ ...json, post_processor }));
    const eos_token = "<|end|>";
    writeFileSync(join(folder, "tokenizer_config.json"), JSON.stringify({ eos_token, ...config }));
    return (await loadTokenizer(folder)).startTokenIds;
  };
  expect(await startOf(null, {})).toEqual([]);
  expect(await startOf(template, {})).toEqual([1]);
  const both = { type: "Sequence", processors: [{ type: "ByteLevel" }, template] };
  expect(await startOf(both, {})).toEqual([1]);
  expect(await startOf(template, { add_bos_token: false })).toEqual([]);
  expect(await startOf(null, { add_bos_token: true, bos_token: "<|begin|>" })).toEqual([1]);
  expect(await startOf(null, { add_bos_token: true, bos_token: null })).toEqual([]);
});
