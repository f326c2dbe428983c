import { createHash } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEFAULT_OBJECTIVE } from "@/lib/contracts/objective-settings";
import { BlocksManifest, IGNORE_LABEL } from "@/lib/contracts/prepared-blocks";
import { createTokenizerConfig } from "@/lib/tokenizers/create-tokenizer-config";
import { loadTokenizer } from "@/lib/tokenizers/load-tokenizer";
import type { Tokenizer } from "@/lib/tokenizers/tokenizer";
import { trainBpe } from "@/lib/tokenizers/train-bpe";
import { buildDataset } from "./build-dataset";
import { findNamedBlock } from "./find-named-block";
import { getLengthHistogram } from "./get-length-histogram";
import { getMaskBlock } from "./get-mask-block";
import { type PreparedBlocks, prepareBlocks } from "./prepare-blocks";
import { type Block, readBlock } from "./read-block";

const EOS = "<|endoftext|>";
const root = mkdtempSync(join(tmpdir(), "codetune-blocks-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let tokenizer: Tokenizer;
beforeAll(async () => {
  const corpus = Array.from({ length: 50 }, (_, i) => `function name${i}(value) {\n  return value + ${i};\n}\n`);
  const json = await trainBpe(corpus, { vocabularySize: 280, specialTokens: [EOS, "<|pad|>"] });
  const folder = join(root, "tokenizer");
  mkdirSync(folder);
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(json));
  const config = createTokenizerConfig({ bosToken: EOS, eosToken: EOS, padToken: "<|pad|>", modelMaxLength: 64 });
  writeFileSync(join(folder, "tokenizer_config.json"), JSON.stringify(config));
  tokenizer = await loadTokenizer(folder);
});

interface Row {
  language?: string;
  text?: string;
  prompt?: string;
  completion?: string;
}

let count = 0;
async function build(rows: Row[]): Promise<{ datasetDir: string; contentHash: string }> {
  const path = join(root, `rows-${++count}.jsonl`);
  writeFileSync(path, rows.map((row) => JSON.stringify(row)).join("\n"));
  const datasetDir = join(root, `ds-${count}`);
  const { contentHash } = await buildDataset({ source: { kind: "jsonl", path }, outDir: datasetDir });
  return { datasetDir, contentHash };
}

const settings = (dataset: { datasetDir: string; contentHash: string }, other: object = {}) => ({
  ...dataset,
  datasetId: "ds_test",
  tokenizer,
  blockLength: 32,
  evalSplit: 0.2,
  seed: 7,
  ...other,
});

async function readAll({ blocksDir, manifest }: PreparedBlocks, split: "train" | "eval"): Promise<Block[]> {
  const blocks: Block[] = [];
  for (let i = 0; i < manifest.splits[split].blocks; i++) blocks.push(await readBlock(blocksDir, manifest, split, i));
  return blocks;
}

/** Token ids and labels of each document, put together again from the segments of all blocks. */
function reassemble(blocks: Block[]): Map<string, { ids: number[]; labels: number[]; pieces: number[] }> {
  const found = new Map<string, { ids: number[]; labels: number[]; pieces: number[] }>();
  for (const block of blocks) {
    for (const [segment, { name }] of block.documents.entries()) {
      const document = found.get(name) ?? { ids: [], labels: [], pieces: [] };
      found.set(name, document);
      let length = 0;
      for (const [i, value] of block.segments.entries()) {
        if (value !== segment) continue;
        expect(block.positions[i]).toBe(length++);
        document.ids.push(block.tokens[i] as number);
        document.labels.push(block.labels[i] as number);
      }
      document.pieces.push(length);
    }
  }
  return found;
}

const code = (i: number, lines: number) =>
  Array.from({ length: lines }, (_, line) => `const name${i} = value + ${line * i};\n`).join("");

describe("prepareBlocks", () => {
  it("puts every token of every document into the blocks once, each document in one split", async () => {
    const texts = Array.from({ length: 60 }, (_, i) => code(i, 1 + (i % 7)));
    const prepared = await prepareBlocks(settings(await build(texts.map((text) => ({ text }))), { blockLength: 512 }));
    const train = reassemble(await readAll(prepared, "train"));
    const held = reassemble(await readAll(prepared, "eval"));
    expect(train.size + held.size).toBe(60);
    expect(held.size).toBeGreaterThan(0);
    for (const [index, text] of texts.entries()) {
      const name = `line ${index + 1}`;
      expect(train.has(name)).toBe(!held.has(name));
      const { ids, labels } = train.get(name) ?? held.get(name) ?? { ids: [], labels: [] };
      expect(ids).toEqual([...tokenizer.encode(text), tokenizer.eosTokenId]);
      expect(labels).toEqual([IGNORE_LABEL, ...ids.slice(1)]);
    }
  });

  it("cuts long documents into pieces that lose nothing", async () => {
    const text = code(3, 40);
    const ids = [...tokenizer.encode(text), tokenizer.eosTokenId];
    const prepared = await prepareBlocks(settings(await build([{ text }])));
    const document = reassemble(await readAll(prepared, "train")).get("line 1");
    expect(document?.pieces.length).toBe(Math.ceil(ids.length / 32));
    expect(document?.ids).toEqual(ids);
    expect(document?.labels.filter((label) => label === IGNORE_LABEL)).toHaveLength(document?.pieces.length ?? 0);
    expect(prepared.manifest.splits.eval.blocks).toBe(0);
  });

  it("gives loss to completions and the end of text only, where there is a prompt", async () => {
    const rows = Array.from({ length: 30 }, (_, i) => ({ prompt: code(i, 1), completion: `return name${i};` }));
    const prepared = await prepareBlocks(settings(await build(rows), { blockLength: 128 }));
    const train = reassemble(await readAll(prepared, "train"));
    const all = new Map([...train, ...reassemble(await readAll(prepared, "eval"))]);
    for (const [index, { prompt, completion }] of rows.entries()) {
      const document = all.get(`line ${index + 1}`);
      const promptIds = tokenizer.encode(prompt);
      const learned = [...tokenizer.encode(completion), tokenizer.eosTokenId];
      expect(document?.ids).toEqual([...promptIds, ...learned]);
      expect(document?.labels).toEqual([...promptIds.map(() => IGNORE_LABEL), ...learned]);
    }
    const bytes = rows.map(({ completion }, i) => (train.has(`line ${i + 1}`) ? completion.length : 0));
    expect(prepared.manifest.splits.train.bytes).toBe(bytes.reduce((sum, size) => sum + size, 0));
  });

  it("counts in the manifest what is in the files", async () => {
    const prepared = await prepareBlocks(
      settings(await build(Array.from({ length: 40 }, (_, i) => ({ text: code(i, 2) })))),
    );
    const manifest = BlocksManifest.parse(JSON.parse(readFileSync(join(prepared.blocksDir, "manifest.json"), "utf8")));
    expect(manifest).toEqual(prepared.manifest);
    expect(manifest).toMatchObject({
      blockLength: 32,
      vocabularySize: 280,
      padTokenId: 1,
      tokenizerHash: tokenizer.hash,
    });
    for (const split of ["train", "eval"] as const) {
      const blocks = await readAll(prepared, split);
      const flat = (kind: "tokens" | "labels" | "segments") => blocks.flatMap((block) => [...block[kind]]);
      expect(manifest.splits[split].tokens).toBe(flat("segments").filter((segment) => segment >= 0).length);
      expect(manifest.splits[split].trainableTokens).toBe(flat("labels").filter((label) => label >= 0).length);
      for (const kind of ["tokens", "labels", "positions", "segments"] as const) {
        const bytes = readFileSync(join(prepared.blocksDir, `${split}.${kind}.bin`));
        expect(bytes.length).toBe(blocks.length * 32 * 4);
        expect(createHash("sha256").update(bytes).digest("hex")).toBe(manifest.splits[split].sha256[kind]);
      }
    }
    expect(readdirSync(prepared.blocksDir).sort()).toEqual([
      "eval.documents.jsonl",
      "eval.labels.bin",
      "eval.positions.bin",
      "eval.segments.bin",
      "eval.tokens.bin",
      "manifest.json",
      "train.documents.jsonl",
      "train.labels.bin",
      "train.positions.bin",
      "train.segments.bin",
      "train.tokens.bin",
    ]);
  });

  it("gives the same bytes for the same content, and other folders for other settings", async () => {
    const rows = Array.from({ length: 20 }, (_, i) => ({ text: code(i, 3) }));
    const a = await prepareBlocks(settings(await build(rows)));
    const b = await prepareBlocks(settings(await build(rows)));
    expect(b.blocksDir).not.toBe(a.blocksDir);
    expect(b.manifest).toEqual(a.manifest);
    const dataset = await build(rows);
    const folders = [{}, { seed: 8 }, { blockLength: 64 }, { evalSplit: 0.3 }].map(
      async (other) => (await prepareBlocks(settings(dataset, other))).blocksDir,
    );
    expect(new Set(await Promise.all(folders)).size).toBe(4);
  });

  it("uses blocks that are there, and makes damaged ones again", async () => {
    const dataset = await build(Array.from({ length: 20 }, (_, i) => ({ text: code(i, 3) })));
    const { blocksDir, manifest } = await prepareBlocks(settings(dataset));
    const path = join(blocksDir, "train.tokens.bin");
    const inode = statSync(path).ino;
    await prepareBlocks(settings(dataset));
    expect(statSync(path).ino).toBe(inode);

    const good = readFileSync(path);
    const damages = [
      () => writeFileSync(path, Buffer.from(good).fill(1, 0, 4)),
      () => writeFileSync(path, good.subarray(4)),
      () => rmSync(path),
      () => writeFileSync(join(blocksDir, "manifest.json"), "{"),
      () => rmSync(join(blocksDir, "manifest.json")),
      () => rmSync(join(blocksDir, "eval.documents.jsonl")),
    ];
    for (const damage of damages) {
      damage();
      expect((await prepareBlocks(settings(dataset))).manifest).toEqual(manifest);
      expect(readFileSync(path).equals(good)).toBe(true);
    }
    expect(readdirSync(join(dataset.datasetDir, "blocks"))).toHaveLength(1);
  });

  it("removes blocks of settings that no one used for days, never the newest ones", async () => {
    const dataset = await build([{ text: code(1, 3) }]);
    const prepare = (seed: number) => prepareBlocks(settings(dataset, { seed }));
    const old: string[] = [];
    for (let seed = 0; seed < 9; seed++) {
      const { blocksDir } = await prepare(seed);
      old.push(blocksDir);
      const time = new Date(Date.now() - (20 - seed) * 24 * 60 * 60 * 1000);
      utimesSync(blocksDir, time, time);
    }
    // Used again, so kept, and its place is taken by the next one.
    await prepare(5);
    await prepare(100);
    const left = readdirSync(join(dataset.datasetDir, "blocks")).map((name) =>
      join(dataset.datasetDir, "blocks", name),
    );
    expect(left).toHaveLength(6);
    expect(left).toContain(old[5]);
    expect(left).not.toContain(old[0]);
    expect(left).toContain(old[8]);
  });

  it("may run twice at the same time", async () => {
    const dataset = await build(Array.from({ length: 20 }, (_, i) => ({ text: code(i, 3) })));
    const [a, b, c] = await Promise.all([1, 2, 3].map(() => prepareBlocks(settings(dataset))));
    expect(a).toEqual(b);
    expect(b).toEqual(c);
    expect(readdirSync(join(dataset.datasetDir, "blocks"))).toHaveLength(1);
  });

  it("leaves nothing behind when it is stopped", async () => {
    const dataset = await build(Array.from({ length: 20 }, (_, i) => ({ text: code(i, 3) })));
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(prepareBlocks(settings(dataset, { signal }))).rejects.toThrow("enough");
    expect(readdirSync(join(dataset.datasetDir, "blocks"))).toEqual([]);
  });

  it("refuses another build's files, and a dataset with nothing to learn from", async () => {
    const dataset = await build([{ text: "a" }]);
    await expect(prepareBlocks(settings({ ...dataset, contentHash: "0" }))).rejects.toThrow("another build");
    const silent: Tokenizer = { ...tokenizer, encode: () => [] };
    await expect(prepareBlocks(settings(dataset, { tokenizer: silent }))).rejects.toThrow("nothing to learn from");
  });

  it("takes special tokens in source code as text, and those in JSONL as what they are", async () => {
    const text = `const end = "${EOS}";\n`;
    const inRow = await prepareBlocks(settings(await build([{ text }])));
    const folder = join(root, `folder-${count}`);
    mkdirSync(folder);
    writeFileSync(join(folder, "a.ts"), text);
    const datasetDir = join(root, `ds-folder-${count}`);
    const { contentHash } = await buildDataset({ source: { kind: "folder", path: folder }, outDir: datasetDir });
    const inFile = await prepareBlocks(settings({ datasetDir, contentHash }));
    const ends = async (prepared: PreparedBlocks) =>
      (await readAll(prepared, "train"))
        .flatMap((block) => [...block.tokens])
        .filter((id) => id === tokenizer.eosTokenId);
    expect(await ends(inRow)).toHaveLength(2);
    expect(await ends(inFile)).toHaveLength(1);
  });
});

describe("fill in the middle", () => {
  const fim = (change: object = {}) => ({ objective: { ...DEFAULT_OBJECTIVE, objective: "fim" as const, ...change } });

  it("puts files together again from what lies in the blocks, in both orders", async () => {
    const tinyCode = await loadTokenizer("models/tiny-code");
    const texts = Array.from({ length: 40 }, (_, i) => code(i, 1 + (i % 9)).replaceAll("\n", i % 2 ? "\r\n" : "\n"));
    const dataset = await build(texts.map((text) => ({ text })));
    const prepared = await prepareBlocks(
      settings(dataset, { tokenizer: tinyCode, blockLength: 64, ...fim({ fim_rate: 0.8, fim_spm_rate: 0.5 }) }),
    );
    const rebuilt = new Map<string, string>();
    let samples = 0;
    for (const split of ["train", "eval"] as const) {
      for (const block of await readAll(prepared, split)) {
        for (const [segment, { name, runs }] of block.documents.entries()) {
          const ids = [...block.tokens].filter((_, i) => block.segments[i] === segment);
          const parts: Record<string, string> = {};
          let at = 0;
          for (const { part, length } of runs ?? [{ part: "text", length: ids.length }]) {
            const kept = ids.slice(at, at + length).filter((id) => id !== tinyCode.eosTokenId);
            parts[part] = tinyCode.decode(kept);
            at += length;
          }
          expect(at).toBe(ids.length);
          if (runs !== null) samples++;
          const { prefix = "", middle = "", suffix = "", text = "" } = parts;
          rebuilt.set(name, (rebuilt.get(name) ?? "") + text + prefix + middle + suffix);
        }
      }
    }
    expect(samples).toBe(prepared.manifest.counts.fimSamples);
    const shown = await getMaskBlock(prepared, tinyCode, "train", await findNamedBlock(prepared.blocksDir, "train"));
    expect(shown.tokens.map(({ part }) => part)).toContain("middle");
    // Blocks are packed: pieces of one document may lie in any order, so long ones are compared by their lines' set.
    for (const [i, text] of texts.entries()) {
      const found = rebuilt.get(`line ${i + 1}`) ?? "";
      expect([...found].toSorted().join("")).toBe([...text].toSorted().join(""));
      if (tinyCode.encode(text).length < 50) expect(found).toBe(text);
    }
  });

  it("is part of the manifest, and other settings make other blocks", async () => {
    const dataset = await build(Array.from({ length: 20 }, (_, i) => ({ text: code(i, 3) })));
    const tinyCode = await loadTokenizer("models/tiny-code");
    const prepare = (change: object) => prepareBlocks(settings(dataset, { tokenizer: tinyCode, ...change }));
    const plain = await prepare({});
    expect(plain.manifest.objective).toEqual(DEFAULT_OBJECTIVE);
    const filled = await prepare(fim());
    expect(filled.manifest.objective).toMatchObject({ objective: "fim", fim_rate: 0.5 });
    const folders = [
      plain,
      filled,
      await prepare(fim({ fim_spm_rate: 1 })),
      await prepare(fim({ fim_loss: "middle" })),
    ];
    expect(new Set(folders.map(({ blocksDir }) => blocksDir)).size).toBe(4);
    // A manifest of an earlier version says nothing of objectives.
    const { objective: _, counts: __, ...old } = plain.manifest;
    expect(BlocksManifest.parse(old)).toEqual({ ...plain.manifest, counts: {} });
  });

  it("leaves prompts with their completions as they are", async () => {
    const tinyCode = await loadTokenizer("models/tiny-code");
    const dataset = await build([{ prompt: "const a =", completion: " 1;" }]);
    const prepared = await prepareBlocks(settings(dataset, { tokenizer: tinyCode, ...fim({ fim_rate: 1 }) }));
    const view = await getMaskBlock(prepared, tinyCode, "train", 0);
    expect(view.tokens.map(({ part }) => part)).not.toContain("middle");
    expect(view.tokens.filter(({ part }) => part === "prompt").every(({ hasLoss }) => !hasLoss)).toBe(true);
    const all = { objective: { ...DEFAULT_OBJECTIVE, train_on_inputs: true } };
    const learned = await prepareBlocks(settings(dataset, { tokenizer: tinyCode, ...all }));
    expect(learned.manifest.splits.train.trainableTokens).toBe(learned.manifest.splits.train.tokens - 1);
  });

  it("says which models can, where the tokenizer lacks the tokens", async () => {
    const dataset = await build([{ text: code(1, 3) }]);
    const failure = await prepareBlocks(settings(dataset, fim())).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "invalid_input", fieldErrors: { objective: [expect.any(String)] } });
    expect(String(failure)).toContain("Qwen2.5-Coder");
  });
});

describe("syntax trees", () => {
  const source = (i: number) => `/** Adds ${i}. */\nexport function add${i}(a, b) {\n  return a + b * ${i};\n}\n`;

  it("give bodies of functions loss, and leave out files without any", async () => {
    const texts = [...Array.from({ length: 12 }, (_, i) => source(i)), "const x = 1;\n"];
    const dataset = await build(texts.map((text) => ({ text, language: "javascript" })));
    const objective = { ...DEFAULT_OBJECTIVE, objective: "docstring" as const };
    const prepared = await prepareBlocks(settings(dataset, { objective, blockLength: 64, evalSplit: 0 }));
    expect(prepared.manifest.counts).toEqual({ functions: 12, documentsWithoutFunctions: 1 });
    expect(prepared.manifest.splits.train.documents).toBe(12);
    const train = reassemble(await readAll(prepared, "train"));
    for (const [i, text] of texts.slice(0, 12).entries()) {
      const { ids = [], labels = [] } = train.get(`line ${i + 1}`) ?? {};
      expect(tokenizer.decode(ids)).toBe(`${text.trimEnd()}${EOS}`);
      expect(tokenizer.decode(labels.filter((label) => label !== IGNORE_LABEL))).toBe(
        `\n  return a + b * ${i};\n}${EOS}`,
      );
    }
    const none = await build([{ text: "const x = 1;\n", language: "javascript" }]);
    await expect(prepareBlocks(settings(none, { objective }))).rejects.toThrow(
      "no function with a doc comment was found",
    );
  });

  it("make nonsense for the training part only, beside all of the dataset", async () => {
    const dataset = await build(Array.from({ length: 60 }, (_, i) => ({ text: source(i), language: "javascript" })));
    const objective = { ...DEFAULT_OBJECTIVE, include_amphigory: true, amphigory_ratio: 0.3 };
    const plain = await prepareBlocks(settings(dataset, { blockLength: 64 }));
    const { blocksDir, manifest } = await prepareBlocks(settings(dataset, { objective, blockLength: 64 }));
    const names = async (split: "train" | "eval") => [
      ...reassemble(await readAll({ blocksDir, manifest }, split)).keys(),
    ];
    const isNonsense = (name: string) => name.startsWith("amphigory of ");
    const train = await names("train");
    expect(train.filter(isNonsense)).toHaveLength(manifest.counts.amphigoryDocuments ?? 0);
    expect(manifest.counts.amphigoryDocuments).toBeGreaterThan(4);
    expect(train.filter((name) => !isNonsense(name))).toHaveLength(plain.manifest.splits.train.documents);
    expect(manifest.splits.eval).toEqual(plain.manifest.splits.eval);
  });
});

describe("readBlock", () => {
  it("names the file, block and token when a block is not what it should be", async () => {
    const { blocksDir, manifest } = await prepareBlocks(settings(await build([{ text: code(1, 9) }])));
    const cases: [string, number, number, RegExp][] = [
      ["tokens", 3, 9999, /not in the vocabulary/],
      ["tokens", 3, -1, /not in the vocabulary/],
      ["labels", 3, 9999, /not its token/],
      ["labels", 0, -1, /not its token/],
      ["positions", 3, 9, /position is out of order/],
      ["segments", 3, 5, /segment is out of order/],
    ];
    for (const [kind, at, value, sentence] of cases) {
      const path = join(blocksDir, `train.${kind}.bin`);
      const good = readFileSync(path);
      const bad = Buffer.from(good);
      bad.writeInt32LE(value, at * 4);
      writeFileSync(path, bad);
      await expect(readBlock(blocksDir, manifest, "train", 0)).rejects.toThrow(sentence);
      writeFileSync(path, good.subarray(0, 8));
      await expect(readBlock(blocksDir, manifest, "train", 0)).rejects.toThrow("too short");
      writeFileSync(path, good);
    }
    writeFileSync(join(blocksDir, "train.documents.jsonl"), "{}\n");
    await expect(readBlock(blocksDir, manifest, "train", 0)).rejects.toThrow("documents.jsonl is damaged");
  });

  it("says how many blocks there are when asked for another", async () => {
    const { blocksDir, manifest } = await prepareBlocks(settings(await build([{ text: "a b c" }])));
    for (const index of [-1, 1, 0.5, Number.NaN]) {
      await expect(readBlock(blocksDir, manifest, "train", index)).rejects.toThrow("the training split has 1");
    }
    await expect(readBlock(blocksDir, manifest, "eval", 0)).rejects.toThrow("the held-out split has 0");
  });
});

describe("what people see of the blocks", () => {
  it("shows the tokens as the trainer reads them", async () => {
    const prepared = await prepareBlocks(settings(await build([{ prompt: "name1 + ", completion: "value é\n" }])));
    const view = await getMaskBlock(prepared, tokenizer, "train", 0);
    expect(view).toMatchObject({ split: "train", index: 0, blocks: 1, documents: ["line 1"] });
    const real = view.tokens.filter(({ segment }) => segment === 0);
    expect(
      real
        .filter(({ hasLoss }) => !hasLoss)
        .map(({ text }) => text)
        .join(""),
    ).toBe("name1 + ");
    const learned = real.filter(({ hasLoss }) => hasLoss);
    expect(tokenizer.decode(learned.map(({ id }) => id))).toBe(`value é\n${EOS}`);
    expect(view.trainableTokens).toBe(learned.length);
    expect(view.tokens).toHaveLength(32);
    expect(view.tokens.at(-1)).toMatchObject({ hasLoss: false, segment: -1, text: "<|pad|>" });
  });

  it("counts every document in one bin of the histogram, end of text included", async () => {
    const texts = Array.from({ length: 40 }, (_, i) => code(i, 1 + i));
    const dataset = await build(texts.map((text) => ({ text })));
    const lengths = texts.map((text) => tokenizer.encode(text).length + 1);
    const first = await getLengthHistogram({ datasetDir: dataset.datasetDir, tokenizer });
    expect(first.edges).toHaveLength(first.counts.length + 1);
    expect(first.tokens).toBe(lengths.reduce((sum, length) => sum + length, 0));
    expect(first.longest).toBe(Math.max(...lengths));
    for (const [bin, counted] of first.counts.entries()) {
      const [from, to] = [first.edges[bin] as number, first.edges[bin + 1] as number];
      expect(counted).toBe(lengths.filter((length) => length >= from && length < to).length);
    }
    expect(await getLengthHistogram({ datasetDir: dataset.datasetDir, tokenizer })).toEqual(first);
  });
});
