import { describe, expect, it } from "vitest";
import { cutSample } from "./cut-sample";
import { packPieces } from "./pack-pieces";
import { splitDocuments } from "./split-documents";
import { addRun, type TrainingSample } from "./training-sample";

/** A sample of `length` tokens, the first `prompt` of which get no loss. */
function sampleOf(length: number, prompt: number): TrainingSample {
  const sample: TrainingSample = { ids: [], runs: [] };
  const ids = Array.from({ length }, (_, i) => i);
  addRun(sample, "prompt", false, ids.slice(0, prompt));
  addRun(sample, "text", true, ids.slice(prompt));
  return sample;
}

describe("cutSample", () => {
  it("covers every token once, in order, in pieces that fit, with loss after the first of each", () => {
    for (let length = 2; length <= 40; length++) {
      for (const blockLength of [3, 4, 7, 16]) {
        let at = 0;
        for (const piece of cutSample(sampleOf(length, 0), blockLength)) {
          expect(piece.start).toBe(at);
          expect(piece.length).toBeGreaterThan(1);
          expect(piece.length).toBeLessThanOrEqual(blockLength);
          expect(piece.runs).toEqual([{ part: "text", length: piece.length, hasLoss: true }]);
          at += piece.length;
        }
        expect(at).toBe(length);
      }
    }
  });

  it("keeps every token after the prompt, masks exactly the prompt, and drops only prompt", () => {
    for (let length = 2; length <= 40; length++) {
      for (let prompt = 1; prompt < length; prompt++) {
        const pieces = cutSample(sampleOf(length, prompt), 8);
        const first = pieces[0];
        expect(first?.start).toBeLessThan(prompt + 1);
        let at = first?.start ?? 0;
        for (const piece of pieces) {
          expect(piece.start).toBe(at);
          expect(piece.length).toBeLessThanOrEqual(8);
          const masked = piece.runs.reduce((sum, run) => sum + (run.hasLoss ? 0 : run.length), 0);
          expect(masked).toBe(Math.max(0, Math.min(piece.length, prompt - piece.start)));
          expect(piece.runs.at(-1)?.hasLoss).toBe(true);
          at += piece.length;
        }
        expect(at).toBe(length);
      }
    }
  });

  it("gives a completion as much of a long prompt as fits", () => {
    const runs = [
      { part: "prompt", length: 90, hasLoss: false },
      { part: "text", length: 10, hasLoss: true },
    ];
    expect(cutSample(sampleOf(1000, 990), 100)).toEqual([{ start: 900, length: 100, runs }]);
  });

  it("gives nothing for a sample of one token, or where only a first token would get loss", () => {
    expect(cutSample(sampleOf(1, 0), 8)).toEqual([]);
    const single: TrainingSample = {
      ids: [1, 2],
      runs: [
        { part: "text", length: 1, hasLoss: true },
        { part: "prompt", length: 1, hasLoss: false },
      ],
    };
    expect(cutSample(single, 8)).toEqual([]);
  });
});

describe("packPieces", () => {
  const lengths = Array.from({ length: 2000 }, (_, i) => 1 + ((i * 7919) % 97));

  it("places every piece once, and no block overflows", () => {
    const blocks = packPieces(lengths, 97);
    expect(blocks.flat().sort((a, b) => a - b)).toEqual(lengths.map((_, index) => index));
    for (const block of blocks) {
      expect(block.reduce((sum, piece) => sum + (lengths[piece] as number), 0)).toBeLessThanOrEqual(97);
      expect(block).toEqual([...block].sort((a, b) => a - b));
    }
  });

  it("wastes little room and is deterministic", () => {
    const blocks = packPieces(lengths, 97);
    const tokens = lengths.reduce((sum, length) => sum + length, 0);
    expect(tokens / (blocks.length * 97)).toBeGreaterThan(0.98);
    expect(packPieces(lengths, 97)).toEqual(blocks);
  });

  it("never opens a block while a piece fits an open one", () => {
    expect(packPieces([6, 5, 4, 3, 2], 10)).toEqual([
      [0, 2],
      [1, 3, 4],
    ]);
    expect(packPieces([10, 10], 10)).toEqual([[0], [1]]);
    expect(packPieces([32, 32, 64], 64)).toEqual([[0, 1], [2]]);
    expect(packPieces([], 10)).toEqual([]);
  });
});

describe("splitDocuments", () => {
  const names = Array.from({ length: 1000 }, (_, i) => `src/file-${i}.ts`);

  it("moves no document when others are added or the order changes", () => {
    const splits = splitDocuments(names, 0.1, 42);
    expect(splitDocuments([...names, "new.ts"], 0.1, 42).slice(0, 1000)).toEqual(splits);
    expect(splitDocuments([...names].reverse(), 0.1, 42).reverse()).toEqual(splits);
    const share = splits.filter((split) => split === "eval").length / 1000;
    expect(share).toBeGreaterThan(0.07);
    expect(share).toBeLessThan(0.13);
  });

  it("depends on the seed, and a larger share only adds", () => {
    const small = splitDocuments(names, 0.1, 1);
    expect(splitDocuments(names, 0.1, 2)).not.toEqual(small);
    const large = splitDocuments(names, 0.3, 1);
    for (const [index, split] of small.entries()) if (split === "eval") expect(large[index]).toBe("eval");
  });

  it("leaves neither side of a few documents empty", () => {
    for (let seed = 0; seed < 50; seed++) {
      for (const share of [0.01, 0.5, 0.99]) {
        const splits = splitDocuments(["a", "b"], share, seed);
        expect([...splits].sort()).toEqual(["eval", "train"]);
      }
    }
  });

  it("holds nothing out at 0, and never a dataset's only document", () => {
    expect(splitDocuments(names, 0, 42)).not.toContain("eval");
    for (let seed = 0; seed < 20; seed++) expect(splitDocuments(["a"], 0.5, seed)).toEqual(["train"]);
    expect(splitDocuments([], 0.1, 42)).toEqual([]);
  });
});
