import { describe, expect, test } from "vitest";
import { packDocuments } from "../testing/pack-documents";
import { addEmbeddingNoise } from "./embedding-noise";

const HIDDEN = 32;
const ALPHA = 5;
const document = (length: number) => Array.from({ length }, (_, i) => i);
/** A row of two documents and padding, one of a single document. */
const batch = { ...packDocuments([[document(40), document(10)], [document(64)]], 64), noiseAlpha: ALPHA };

function noiseOf(change: Partial<typeof batch> & { seeds?: Uint32Array } = {}): Float32Array {
  const noisy = { ...batch, seeds: Uint32Array.of(7, 8), ...change };
  const x0 = new Float32Array(noisy.segments.length * HIDDEN);
  addEmbeddingNoise(x0, noisy);
  return x0;
}
const part = (noise: Float32Array, from: number, to: number) => noise.subarray(from * HIDDEN, to * HIDDEN);

describe("NEFTune's noise", () => {
  test.each([
    ["the first document", 0, 40],
    ["the one beside it", 40, 50],
    ["one that fills its block", 64, 128],
  ])("on %s is uniform, and as large as its own length asks", (_, from, to) => {
    const noise = part(noiseOf(), from, to);
    const bound = ALPHA / Math.sqrt((to - from) * HIDDEN);
    for (const value of noise) expect(Math.abs(value)).toBeLessThanOrEqual(bound * (1 + 1e-6));
    expect(Math.max(...noise)).toBeGreaterThan(0.95 * bound);
    expect(Math.min(...noise)).toBeLessThan(-0.95 * bound);
    expect(Math.abs(Math.hypot(...noise) / (ALPHA / Math.sqrt(3)) - 1)).toBeLessThan(0.1);
    const mean = noise.reduce((sum, value) => sum + value, 0) / noise.length;
    expect(Math.abs(mean) / bound).toBeLessThan(0.1);
  });

  test("leaves padding alone, and everything when it is turned off", () => {
    expect(part(noiseOf(), 50, 64)).toEqual(new Float32Array(14 * HIDDEN));
    expect(noiseOf({ noiseAlpha: 0 })).toEqual(new Float32Array(128 * HIDDEN));
  });

  test("comes from the block's seed alone", () => {
    expect(noiseOf()).toEqual(noiseOf());
    const other = noiseOf({ seeds: Uint32Array.of(9, 8) });
    expect(part(other, 0, 40)).not.toEqual(part(noiseOf(), 0, 40));
    expect(part(other, 64, 128)).toEqual(part(noiseOf(), 64, 128));
    expect(() => addEmbeddingNoise(new Float32Array(128 * HIDDEN), batch)).toThrow(/seeds/);
  });
});
