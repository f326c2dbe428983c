import { expect, test } from "vitest";
import { selectEvalBlocks } from "./evaluate-held-out";

const MAX_POSITIONS = 16_384;

test("small splits are evaluated whole, large ones on evenly spread blocks, within the bound", () => {
  for (const blocks of [0, 1, 2, 63, 64, 65, 1000, 123_457]) {
    for (const blockLength of [64, 256, 1000, 131_072]) {
      const selected = selectEvalBlocks(blocks, blockLength, MAX_POSITIONS);
      expect(new Set(selected).size).toBe(selected.length);
      expect(selected).toEqual(selected.toSorted((a, b) => a - b));
      expect(selected.every((index) => Number.isInteger(index) && index >= 0 && index < blocks)).toBe(true);
      if (blocks * blockLength <= MAX_POSITIONS) expect(selected.length).toBe(blocks);
      if (selected.length > 1) expect(selected.length * blockLength).toBeLessThanOrEqual(MAX_POSITIONS);
      if (blocks > 0) expect(selected.length).toBeGreaterThan(0);
      const gaps = selected.slice(1).map((index, i) => index - (selected[i] as number));
      if (gaps.length > 0) expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThanOrEqual(1);
    }
  }
});

test("without a bound all blocks are evaluated", () => {
  for (const blocks of [0, 1, 1000])
    expect(selectEvalBlocks(blocks, 131_072, 0)).toEqual(Array.from({ length: blocks }, (_, i) => i));
});
