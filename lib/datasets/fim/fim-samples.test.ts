import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { DEFAULT_OBJECTIVE, FIM_SPANS, type ObjectiveSettings } from "@/lib/contracts/objective-settings";
import { type FimTokens, findFimTokens } from "@/lib/tokenizers/fim-presets";
import { loadTokenizer } from "@/lib/tokenizers/load-tokenizer";
import type { Tokenizer } from "@/lib/tokenizers/tokenizer";
import { trainBpe } from "@/lib/tokenizers/train-bpe";
import { countObjective } from "../count-objective";
import { createRandom } from "../create-random";
import { openSourceParser } from "../syntax/parse-source";
import type { TrainingSample } from "../training-sample";
import { createNodeChooser } from "./choose-node";
import { chooseCharacterSpan, chooseLineSpan } from "./choose-span";
import { fimSamples } from "./fim-samples";
import { isBorder } from "./is-border";

const root = mkdtempSync(join(tmpdir(), "codetune-fim-samples-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** The marks of each family as published, in the order end, prefix, suffix, middle. */
const FAMILIES: Record<string, [string, string, string, string]> = {
  "qwen2.5-coder, codegemma, ours": ["<|endoftext|>", "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"],
  starcoder: ["<|endoftext|>", "<fim_prefix>", "<fim_suffix>", "<fim_middle>"],
  santacoder: ["<|endoftext|>", "<fim-prefix>", "<fim-suffix>", "<fim-middle>"],
  "deepseek-coder": ["<｜end▁of▁sentence｜>", "<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"],
};

async function byteLevel(name: string): Promise<Tokenizer> {
  const special = FAMILIES[name] as string[];
  const folder = join(root, name.replaceAll(/\W/g, "-"));
  mkdirSync(folder);
  const json = await trainBpe(
    ["export function f(a: number) {\r\n    return a + 1;\n}\n\n", "größe = '日本語 🦀';\n"],
    {
      vocabularySize: 320,
      specialTokens: special,
    },
  );
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(json));
  writeFileSync(
    join(folder, "tokenizer_config.json"),
    JSON.stringify({ eos_token: special[0], pad_token: special[0] }),
  );
  return loadTokenizer(folder);
}

/** As Code Llama's: a space before every text, bytes for what has no piece, marks with a space in their name. */
async function sentencePiece(): Promise<Tokenizer> {
  const folder = join(root, "code-llama");
  mkdirSync(folder);
  const bytes = Array.from({ length: 256 }, (_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, "0")}>`);
  const merges = ["▁ ▁", "▁▁ ▁▁", "r e", "t u", "re tu", "retu r", "retur n", "▁ return"];
  const pieces = ["<unk>", "<s>", "</s>", ...bytes, ...new Set([..."▁abcdefghijklmnopqrstuvwxyz0123456789(){};=+"])];
  pieces.push(...merges.map((merge) => merge.replace(" ", "")));
  const marks = ["▁<PRE>", "▁<MID>", "▁<SUF>", "▁<EOT>"];
  const json = {
    added_tokens: [...pieces.slice(0, 3), ...marks].map((content, i) => ({
      id: i < 3 ? i : pieces.length + i - 3,
      content,
      special: true,
      normalized: false,
    })),
    normalizer: {
      type: "Sequence",
      normalizers: [
        { type: "Prepend", prepend: "▁" },
        { type: "Replace", pattern: { String: " " }, content: "▁" },
      ],
    },
    pre_tokenizer: null,
    post_processor: null,
    decoder: {
      type: "Sequence",
      decoders: [
        { type: "Replace", pattern: { String: "▁" }, content: " " },
        { type: "ByteFallback" },
        { type: "Fuse" },
        { type: "Strip", content: " ", start: 1, stop: 0 },
      ],
    },
    model: {
      type: "BPE",
      unk_token: "<unk>",
      fuse_unk: true,
      byte_fallback: true,
      vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])),
      merges,
    },
  };
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(json));
  writeFileSync(join(folder, "tokenizer_config.json"), JSON.stringify({ eos_token: "</s>" }));
  return loadTokenizer(folder);
}

const ALPHABET = [
  ..."abc xyz 012 (){};=+\t\"'<|>_▁☺",
  ..."\n\n\n\r\r\u2028\u0000\u00a0\ufeff\u200d",
  ...["\r\n", "\r\n", "    ", "é", "e\u0301", "ß", "日", "本", "🦀", "👩‍👩‍👧", "🇨🇭", "\ud83e\udd80", "ﷺ"],
  ...["return ", "<|fim_middle|>", "<fim_suffix>", "<|endoftext|>", "<｜fim▁hole｜>", "<PRE>", " <SUF>"],
];

function randomText(random: () => number, length: number): string {
  return Array.from({ length }, () => ALPHABET[Math.floor(random() * ALPHABET.length)]).join("");
}

const settingsOf = (change: Partial<ObjectiveSettings>): ObjectiveSettings => ({
  ...DEFAULT_OBJECTIVE,
  objective: "fim",
  fim_rate: 1,
  ...change,
});

/** The text of one run's tokens, by tokens alone. Only a text at the start of a document has SentencePiece's space. */
function textOf(ids: number[], isStart: boolean, tokenizer: Tokenizer, fim: FimTokens): string {
  if (ids.length === 0) return "";
  if (fim.preset !== "codellama") return tokenizer.decode(ids);
  // The library's own decoder loses byte order marks; its tokens have them.
  const bytes = ids.map((id) => {
    const text = tokenizer.tokenText(id);
    return /^<0x..>$/.test(text) ? Buffer.from(text.slice(3, 5), "hex") : Buffer.from(text);
  });
  return Buffer.concat(bytes)
    .toString()
    .slice(isStart ? 1 : 0);
}

/** A sample's text: the parts put back into their order in the file; marks and end are checked on the way. */
function reassemble(sample: TrainingSample, tokenizer: Tokenizer, fim: FimTokens): string {
  const found: Record<string, number[]> = {};
  const shape: string[] = [];
  let at = 0;
  for (const run of sample.runs) {
    const ids = sample.ids.slice(at, at + run.length);
    at += run.length;
    found[run.part] = [...(found[run.part] ?? []), ...ids];
    if (run.part === "sentinel") shape.push(...ids.map((id) => `${id}`));
    else shape.push(run.part);
  }
  expect(at).toBe(sample.ids.length);
  if (found["middle"] === undefined) return textOf(found["text"] ?? [], true, tokenizer, fim);
  const has = (part: string) => (found[part] ? [part] : []);
  const psm = [`${fim.prefix}`, ...has("prefix"), `${fim.suffix}`, ...has("suffix"), `${fim.middle}`, "middle", "end"];
  const spm = [`${fim.prefix}`, `${fim.suffix}`, ...has("suffix"), `${fim.middle}`, ...has("prefix"), "middle", "end"];
  expect([psm, spm]).toContainEqual(shape);
  expect(found["end"]).toEqual([fim.end]);
  return (
    textOf(found["prefix"] ?? [], true, tokenizer, fim) +
    textOf(found["middle"], false, tokenizer, fim) +
    textOf(found["suffix"] ?? [], false, tokenizer, fim)
  );
}

describe.each([...Object.keys(FAMILIES), "code llama"])("%s", (family) => {
  it("puts every document together again, byte for byte, from the tokens of samples that fit a block", async () => {
    const tokenizer = family === "code llama" ? await sentencePiece() : await byteLevel(family);
    const fim = findFimTokens(tokenizer) as FimTokens;
    const random = createRandom("texts", family);
    for (const fim_span of FIM_SPANS) {
      for (const fim_spm_rate of [0, 0.5, 1]) {
        for (let i = 0; i < 25; i++) {
          const drawn = randomText(random, 1 + Math.floor(random() ** 3 * 600));
          // To SentencePiece this character is a space.
          const text = family === "code llama" ? drawn.replaceAll("▁", "_") : drawn;
          const { counts, count } = countObjective();
          const settings = settingsOf({ fim_span, fim_spm_rate, fim_rate: i % 5 === 0 ? 0.5 : 1 });
          const options = { tokenizer, fim, settings, blockLength: 64 + 16 * (i % 4), seed: i, count };
          const document = { name: `${family} ${i}`, text };
          const samples = fimSamples(document, options);
          const rebuilt = samples.map((sample) => reassemble(sample, tokenizer, fim)).join("");
          expect(rebuilt).toBe(text);
          expect(Buffer.from(rebuilt).equals(Buffer.from(text))).toBe(true);
          expect(counts.fimUnfit).toBeUndefined();
          for (const sample of samples) expect(sample.ids.length).toBeLessThanOrEqual(options.blockLength);
          expect(fimSamples(document, options)).toEqual(samples);
        }
      }
    }
  });
});

describe("fimSamples", () => {
  const prepare = async () => {
    const folder = "models/tiny-code";
    const tokenizer = await loadTokenizer(folder);
    return { tokenizer, fim: findFimTokens(tokenizer) as FimTokens };
  };
  const code = (i: number) => `export const name${i} = ${i};\nexport function f${i}() {\n  return name${i};\n}\n`;

  it("takes the share of documents and of orders that it was told, by seed and document", async () => {
    const { tokenizer, fim } = await prepare();
    const { counts, count } = countObjective();
    const settings = settingsOf({ fim_rate: 0.3, fim_spm_rate: 0.25 });
    const options = { tokenizer, fim, settings, blockLength: 256, count };
    const make = (seed: number) =>
      Array.from({ length: 2000 }, (_, i) => fimSamples({ name: `${i}.ts`, text: code(i) }, { ...options, seed }));
    const samples = make(1);
    expect((counts.fimSamples ?? 0) / 2000).toBeCloseTo(0.3, 1);
    expect((counts.spmSamples ?? 0) / (counts.fimSamples ?? 1)).toBeCloseTo(0.25, 1);
    expect(make(2)).not.toEqual(samples);
  });

  it("gives loss to all of a sample, or to the middle and its end", async () => {
    const { tokenizer, fim } = await prepare();
    for (const fim_spm_rate of [0, 1]) {
      for (const fim_loss of ["all", "middle"] as const) {
        const settings = settingsOf({ fim_loss, fim_spm_rate });
        const options = { tokenizer, fim, settings, blockLength: 256, seed: 3, count: () => undefined };
        const [sample] = fimSamples({ name: "a.ts", text: code(1) }, options);
        for (const { part, hasLoss } of sample?.runs ?? [])
          expect(hasLoss, part).toBe(fim_loss === "all" || part === "middle" || part === "end");
      }
    }
  });

  it("does not tell a model to stop in the middle of a file that is longer than a block", async () => {
    const { tokenizer, fim } = await prepare();
    const settings = settingsOf({ fim_rate: 0 });
    const options = { tokenizer, fim, settings, blockLength: 64, seed: 3, count: () => undefined };
    const text = Array.from({ length: 20 }, (_, i) => code(i)).join("");
    const samples = fimSamples({ name: "a.ts", text }, options);
    expect(samples.length).toBeGreaterThan(5);
    const ends = samples.map(({ runs }) => runs.some(({ part }) => part === "end"));
    expect(ends).toEqual(samples.map((_, i) => i === samples.length - 1));
    // Cut where lines begin, where that is possible.
    for (const { ids, runs } of samples.slice(0, -1))
      expect(tokenizer.decode(ids.slice(0, runs[0]?.length)).endsWith("\n")).toBe(true);
  });

  it("keeps as plain text what fits no block however it is cut", async () => {
    const { tokenizer, fim } = await prepare();
    const { counts, count } = countObjective();
    const text = `e${"\u0301".repeat(500)}`;
    const options = { tokenizer, fim, settings: settingsOf({}), blockLength: 64, seed: 3, count };
    const samples = fimSamples({ name: "a.ts", text }, options);
    expect(samples.map((sample) => reassemble(sample, tokenizer, fim)).join("")).toBe(text);
    expect(counts).toEqual({ fimUnfit: 1 });
  });
});

describe("syntax nodes", () => {
  const code = (i: number) =>
    `/** Größe ${i} 🦀 */\r\nexport function f${i}(a, b) {\r\n  const c = [a, "${i}"].map((x) => x + b);\r\n  if (c.length > ${i}) return c;\r\n  return null;\r\n}\r\n`;

  it("are the middles, whole, and the file comes together again", async () => {
    const tokenizer = await loadTokenizer("models/tiny-code");
    const fim = findFimTokens(tokenizer) as FimTokens;
    const parser = await openSourceParser();
    const middles = new Set<string>();
    for (let i = 0; i < 60; i++) {
      const text = Array.from({ length: 1 + (i % 4) }, (_, part) => code(i + part)).join("\n");
      const document = { name: `${i}.js`, text, language: "javascript" };
      const { counts, count } = countObjective();
      const settings = settingsOf({ fim_span: "syntax", fim_spm_rate: 0.5 });
      const options = { tokenizer, fim, settings, blockLength: 128, seed: i, count };
      parser.parse(document, (tree) => {
        const samples = fimSamples(document, { ...options, chooseNode: createNodeChooser(tree, text) });
        expect(samples.map((sample) => reassemble(sample, tokenizer, fim)).join("")).toBe(text);
        expect(samples.every(({ ids }) => ids.length <= 128)).toBe(true);
        for (const { ids, runs } of samples) {
          const at = runs
            .slice(
              0,
              runs.findIndex(({ part }) => part === "middle"),
            )
            .reduce((n, run) => n + run.length, 0);
          const middle = tokenizer.decode(ids.slice(at, -1));
          middles.add(middle);
          if ((counts.fimSpansByLine ?? 0) > 0) continue;
          const start = text.indexOf(middle);
          const node = tree.rootNode.namedDescendantForIndex(start, start + middle.length - 1);
          expect(node?.text).toContain(middle.trim());
        }
      });
      expect(counts.fimSamples).toBe(fimSamples(document, options).length);
    }
    // Small and large ones.
    const lengths = [...middles].map((middle) => middle.length);
    expect(Math.min(...lengths)).toBeLessThan(10);
    expect(Math.max(...lengths)).toBeGreaterThan(80);
  });
});

describe("spans", () => {
  it("are never empty, lie inside, and cut no character, CRLF or combined letter in two", () => {
    const random = createRandom("spans");
    for (let i = 0; i < 2000; i++) {
      const text = randomText(random, 1 + Math.floor(random() * 40));
      for (const choose of [chooseCharacterSpan, chooseLineSpan]) {
        const span = choose(text, random);
        if (span === null) {
          expect(choose).toBe(chooseLineSpan);
          expect(text.slice(0, -1)).not.toContain("\n");
          continue;
        }
        const [start, end] = span;
        expect(start).toBeGreaterThanOrEqual(0);
        expect(end).toBeLessThanOrEqual(text.length);
        expect(end).toBeGreaterThan(start);
        for (const at of span) {
          if (choose === chooseCharacterSpan) expect(isBorder(text, at)).toBe(true);
          else expect(at === 0 || at === text.length || text[at - 1] === "\n").toBe(true);
        }
      }
    }
  });

  it("reach every place of a text", () => {
    const random = createRandom("places");
    const starts = new Set<number>();
    const ends = new Set<number>();
    for (let i = 0; i < 500; i++) {
      const [start, end] = chooseCharacterSpan("abcdef", random) ?? [0, 0];
      starts.add(start);
      ends.add(end);
    }
    expect([...starts].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...ends].sort()).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
