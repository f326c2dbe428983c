import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Tokenizer as LibraryTokenizer } from "@huggingface/tokenizers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { AppError } from "@/lib/errors";
import { createTokenizerConfig } from "./create-tokenizer-config";
import { loadTokenizer } from "./load-tokenizer";
import { normalizeUnicode } from "./normalize-unicode";
import type { Tokenizer } from "./tokenizer";
import { trainBpe } from "./train-bpe";

const Fixture = z.object({
  corpus: z.array(z.string()),
  samples: z.array(z.string()),
  cases: z.array(
    z.object({
      name: z.string(),
      tokenizer: z.unknown(),
      ids: z.array(z.array(z.int())),
      decoded: z.array(z.string()).nullable(),
    }),
  ),
});
const fixture = Fixture.parse(
  JSON.parse(readFileSync(join(import.meta.dirname, "fixtures/python-tokenizers.json"), "utf8")),
);

const root = mkdtempSync(join(tmpdir(), "codetune-tokenizers-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folders = 0;
function modelFolder(files: Record<string, unknown>): string {
  const folder = join(root, `model-${folders++}`);
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(
      join(folder, name),
      typeof content === "string" || Buffer.isBuffer(content) ? content : JSON.stringify(content),
    );
  }
  return folder;
}

/** The same numbers on every run. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function randomText(random: () => number): string {
  const pieces = [
    "\n",
    "    ",
    "\t",
    "\r\n",
    "é",
    "e\u0301",
    "中文",
    "😀",
    "\u200d",
    "\u00a0",
    "\u0085",
    "0",
    "42",
    "_",
    "foo",
    "Bar",
    "===",
    "\0",
    "�",
  ];
  let text = "";
  for (let i = 0, length = Math.floor(random() * 80); i < length; i++) {
    const kind = random();
    if (kind < 0.6) text += pieces[Math.floor(random() * pieces.length)];
    else if (kind < 0.9) text += String.fromCharCode(Math.floor(random() * 0x800));
    else text += String.fromCodePoint(0x10000 + Math.floor(random() * 0x10000));
  }
  return text;
}

describe("a tokenizer that we trained", () => {
  let tokenizer: Tokenizer;
  let library: LibraryTokenizer;
  beforeAll(async () => {
    const special = ["<|endoftext|>", "<|fim_prefix|>", "<|pad|>"];
    const json = await trainBpe(fixture.corpus, { vocabularySize: 600, specialTokens: special });
    const config = createTokenizerConfig({
      bosToken: "<|endoftext|>",
      eosToken: "<|endoftext|>",
      padToken: "<|pad|>",
      modelMaxLength: 512,
    });
    tokenizer = await loadTokenizer(modelFolder({ "tokenizer.json": json, "tokenizer_config.json": config }));
    library = new LibraryTokenizer(json, config);
  });

  it("knows its special tokens and size", () => {
    expect(tokenizer).toMatchObject({ eosTokenId: 0, padTokenId: 2, vocabularySize: 600 });
    expect(tokenizer.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it("decodes what it encoded, for any Unicode text", () => {
    const random = createRandom(1);
    for (let i = 0; i < 500; i++) {
      const text = randomText(random);
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    }
  });

  it("gives the ids of Hugging Face's library, for any Unicode text", () => {
    const random = createRandom(2);
    for (let i = 0; i < 300; i++) {
      const text = randomText(random);
      expect(tokenizer.encode(text)).toEqual(library.encode(text, { add_special_tokens: false }).ids);
    }
  });

  it("gives the same ids for long words, where the heap takes over from the scan", () => {
    const random = createRandom(3);
    for (const length of [47, 48, 49, 50, 400]) {
      const word = Array.from({ length }, () => "aeiounrstl"[Math.floor(random() * 10)]).join("");
      expect(tokenizer.encode(word)).toEqual(library.encode(word, { add_special_tokens: false }).ids);
    }
  });

  it("encodes a word of two million letters", () => {
    const word = "value".repeat(400_000);
    expect(tokenizer.decode(tokenizer.encode(word))).toBe(word);
  });

  it("takes special tokens as text when it is told to", () => {
    const text = "a<|endoftext|>b";
    expect(tokenizer.encode(text)).toContain(0);
    const plain = tokenizer.encode(text, { specialTokens: "text" });
    expect(plain).not.toContain(0);
    expect(tokenizer.decode(plain)).toBe(text);
  });

  it("shows bytes that are no UTF-8 of their own", () => {
    const ids = tokenizer.encode("\u{1F469}");
    const shown = ids.map((id) => tokenizer.tokenText(id)).join("");
    expect(shown.replaceAll(/<0x([0-9A-F]{2})>/g, "$1")).toBe("F09F91A9");
    expect(tokenizer.tokenText(0)).toBe("<|endoftext|>");
    expect(tokenizer.tokenText(100_000)).toBe("<id 100000>");
  });

  it("leaves unknown ids out and replaces broken UTF-8 when it decodes", () => {
    const [first] = tokenizer.encode("\u{1F469}");
    expect(tokenizer.decode([first as number, 999_999])).toBe("\ufffd");
    expect(tokenizer.decode([])).toBe("");
  });
});

describe("tokenizers made in Python", () => {
  it.each(fixture.cases)("$name: the same ids and texts", async ({ tokenizer: json, ids, decoded }) => {
    const tokenizer = await loadTokenizer(modelFolder({ "tokenizer.json": json, "config.json": { eos_token_id: 0 } }));
    expect(fixture.samples.map((text) => tokenizer.encode(text))).toEqual(ids);
    const expected = decoded ?? fixture.samples.map((text) => normalizeUnicode(text, "NFC"));
    expect(ids.map((sample) => tokenizer.decode(sample))).toEqual(expected);
  });
});

describe("tokenizers of other kinds", () => {
  const wordPiece = {
    added_tokens: [{ id: 0, content: "[UNK]", special: true }],
    normalizer: { type: "Lowercase" },
    pre_tokenizer: { type: "Whitespace" },
    post_processor: null,
    decoder: { type: "WordPiece", prefix: "##", cleanup: false },
    model: {
      type: "WordPiece",
      unk_token: "[UNK]",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab: { "[UNK]": 0, hello: 1, wor: 2, "##ld": 3 },
    },
  };

  it("are served by the library", async () => {
    const config = { eos_token: { content: "[UNK]" } };
    const tokenizer = await loadTokenizer(
      modelFolder({ "tokenizer.json": wordPiece, "tokenizer_config.json": config }),
    );
    expect(tokenizer.encode("Hello world")).toEqual([1, 2, 3]);
    expect(tokenizer.decode([1, 2, 3])).toBe("hello world");
    expect(tokenizer.tokenText(3)).toBe("##ld");
    expect(tokenizer).toMatchObject({ eosTokenId: 0, padTokenId: 0, vocabularySize: 4 });
  });

  it("need an end-of-text token that some file names", async () => {
    const folder = modelFolder({ "tokenizer.json": wordPiece });
    await expect(loadTokenizer(folder)).rejects.toThrow("no end-of-text token");
    writeFileSync(join(folder, "config.json"), JSON.stringify({ eos_token_id: [3, 2] }));
    expect((await loadTokenizer(folder)).eosTokenId).toBe(3);
  });
});

describe("hostile or broken files", () => {
  const base = fixture.cases[0]?.tokenizer as { model: { merges: string[][]; vocab: Record<string, number> } };
  const changed = (model: object) => ({ ...base, model: { ...base.model, ...model } });
  const deep = (depth: number): unknown => {
    let part: unknown = { type: "ByteLevel" };
    for (let i = 0; i < depth; i++) part = { type: "Sequence", pretokenizers: [part] };
    return part;
  };
  const withPattern = (Regex: string) => ({
    ...base,
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        { type: "Split", pattern: { Regex }, behavior: "Isolated", invert: false },
        { type: "ByteLevel", use_regex: false },
      ],
    },
  });
  const cases: [string, unknown, RegExp][] = [
    ["no JSON", "{", /not valid JSON/],
    ["an HTML page", "<html>", /not valid JSON/],
    ["no UTF-8", Buffer.from([0xff, 0xfe, 0x7b]), /not UTF-8/],
    ["a hundred thousand brackets", "[".repeat(100_000), /not valid JSON/],
    ["null", null, /not a Hugging Face tokenizer/],
    ["a list", [], /not a Hugging Face tokenizer/],
    ["no model", {}, /at model/],
    ["no vocabulary", changed({ vocab: null }), /at model\.vocab/],
    ["an empty vocabulary", changed({ vocab: {} }), /at model\.vocab/],
    ["a negative id", changed({ vocab: { a: -1 } }), /at model\.vocab/],
    ["a huge id", changed({ vocab: { a: 1e12 } }), /at model\.vocab/],
    ["an id that is no number", changed({ vocab: { a: "0" } }), /at model\.vocab/],
    ["an id used twice", changed({ vocab: { a: 0, b: 0 } }), /used twice/],
    ["a huge token", changed({ vocab: { ["a".repeat(20_000)]: 0 } }), /longer than/],
    ["merges that are no list", changed({ merges: "a b" }), /at model\.merges/],
    ["a merge of three", changed({ merges: [["a", "b", "c"]] }), /at model\.merges/],
    ["a merge of unknown tokens", changed({ merges: [["qqqq", "zzzz"]] }), /not in its vocabulary/],
    ["a huge added token", { ...base, added_tokens: [{ id: 1, content: "x".repeat(20_000) }] }, /at added_tokens/],
    ["an added token without text", { ...base, added_tokens: [{ id: 1, content: "" }] }, /at added_tokens/],
    ["an added token with a huge id", { ...base, added_tokens: [{ id: 1e9, content: "x" }] }, /at added_tokens/],
    ["a pattern that is none", withPattern("([a"), /pattern/],
    ["a pattern that never ends", withPattern("(a+)+$"), /takes too long/],
    ["a huge pattern", withPattern("a".repeat(20_000)), /pattern of more than/],
    ["a deep pre-tokenizer", { ...base, pre_tokenizer: deep(50) }, /nested too deeply/],
    ["an unknown pre-tokenizer", { ...base, pre_tokenizer: { type: "Nonsense" } }, /can't be used/],
    ["an unknown model", changed({ type: "Nonsense" }), /kind of model/],
  ];

  it.each(cases)("%s: one sentence that names the file", async (_, content, sentence) => {
    const folder = modelFolder({ "tokenizer.json": content });
    const error = await loadTokenizer(folder).then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(AppError);
    const { code, message } = error as AppError;
    expect(code).toBe("invalid_input");
    expect(message).toContain("tokenizer.json");
    expect(message).toMatch(sentence);
    expect(message).not.toContain("\n");
    expect(message.length).toBeLessThan(300);
  });

  it("says so when the file is missing or a folder", async () => {
    await expect(loadTokenizer(join(root, "nowhere"))).rejects.toThrow("tokenizer.json is missing");
    const folder = modelFolder({});
    mkdirSync(join(folder, "tokenizer.json"));
    await expect(loadTokenizer(folder)).rejects.toThrow("is not a file");
  });

  it("refuses a broken tokenizer_config.json instead of guessing", async () => {
    const folder = modelFolder({ "tokenizer.json": base, "tokenizer_config.json": "{" });
    await expect(loadTokenizer(folder)).rejects.toThrow("tokenizer_config.json is not valid JSON");
  });
});
