import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Rng } from "../optim/rng";
import { chooseToken, type SamplingSettings } from "./choose-token";
import { applyTemperature, keepTopK, keepTopP, penalizeRepetition } from "./process-logits";

interface Case {
  settings: SamplingSettings;
  seen: number[];
  logits: number[];
  /** null is -∞. */
  scores: (number | null)[];
}
const cases = JSON.parse(readFileSync(join(import.meta.dirname, "fixtures/logits-processors.json"), "utf8")) as Case[];

const NEUTRAL: SamplingSettings = { temperature: 1, top_k: 0, top_p: 1, repetition_penalty: 1 };

test.each(cases)("scores are those of transformers: $settings", ({ settings, seen, logits, scores }) => {
  const own = Float32Array.from(logits);
  penalizeRepetition(own, new Set(seen), settings.repetition_penalty);
  applyTemperature(own, settings.temperature);
  keepTopK(own, settings.top_k);
  keepTopP(own, settings.top_p);
  for (const [id, score] of scores.entries()) {
    if (score === null) expect(own[id], `token ${id}`).toBe(Number.NEGATIVE_INFINITY);
    else expect(Math.abs((own[id] as number) - score), `token ${id}`).toBeLessThanOrEqual(1e-5);
  }
});

test("top-k keeps what sorting would keep, in large vocabularies too", () => {
  const rng = Rng.seeded(3);
  const logits = Float32Array.from({ length: 5000 }, () => rng.normal());
  for (const k of [1, 2, 50, 4999, 5000]) {
    const kept = logits.slice();
    keepTopK(kept, k);
    const sorted = logits.toSorted().slice(-k);
    expect(kept.filter(Number.isFinite).toSorted()).toEqual(sorted);
  }
});

test("top-p keeps the fewest of the likeliest tokens that reach it", () => {
  const rng = Rng.seeded(4);
  const logits = Float32Array.from({ length: 3000 }, () => 3 * rng.normal());
  const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
  for (const p of [0.001, 0.3, 0.95]) {
    const kept = logits.slice();
    keepTopP(kept, p);
    const probabilities = [...kept].filter(Number.isFinite).map((logit) => Math.exp(logit) / sum);
    const total = probabilities.reduce((a, b) => a + b, 0);
    expect(total).toBeGreaterThanOrEqual(p - 1e-9);
    expect(total - Math.min(...probabilities)).toBeLessThan(p);
    const highestLeftOut = Math.max(...logits.filter((_, id) => !Number.isFinite(kept[id])));
    expect(highestLeftOut).toBeLessThanOrEqual(Math.min(...kept.filter(Number.isFinite)));
  }
});

test("tokens are drawn as often as they are likely", () => {
  const logits = Float32Array.from([Math.log(0.5), Math.log(0.3), Number.NEGATIVE_INFINITY, Math.log(0.2)]);
  const rng = Rng.seeded(5);
  const counts = [0, 0, 0, 0];
  const draws = 20_000;
  for (let i = 0; i < draws; i++) {
    const token = chooseToken(logits, new Set(), NEUTRAL, rng);
    counts[token] = (counts[token] as number) + 1;
  }
  // Five standard deviations of the commonest.
  const tolerance = 5 * Math.sqrt(0.25 / draws);
  for (const [id, share] of [0.5, 0.3, 0, 0.2].entries())
    expect(Math.abs((counts[id] as number) / draws - share)).toBeLessThan(tolerance);
  expect(counts[2]).toBe(0);
});

test("temperature 0 takes the likeliest token, the lower id of two, after the penalty; the logits stay", () => {
  const logits = Float32Array.of(1, 4, 4, 3);
  const greedy = { ...NEUTRAL, temperature: 0 };
  expect(chooseToken(logits, new Set(), greedy, Rng.seeded(1))).toBe(1);
  expect(chooseToken(logits, new Set([1, 2]), { ...greedy, repetition_penalty: 2 }, Rng.seeded(1))).toBe(3);
  expect([...logits]).toEqual([1, 4, 4, 3]);
});

test("the same seed draws the same tokens", () => {
  const logits = Float32Array.from({ length: 100 }, (_, id) => id % 7);
  const drawn = (seed: number) => {
    const rng = Rng.seeded(seed);
    return Array.from({ length: 20 }, () => chooseToken(logits, new Set(), NEUTRAL, rng));
  };
  expect(drawn(1)).toEqual(drawn(1));
  expect(drawn(1)).not.toEqual(drawn(2));
});
