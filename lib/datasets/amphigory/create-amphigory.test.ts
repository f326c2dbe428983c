import { expect, it } from "vitest";
import type { DatasetDocument } from "@/lib/contracts/dataset";
import { openSourceParser } from "../syntax/parse-source";
import { createAmphigory } from "./create-amphigory";

const LANGUAGES: Record<string, (i: number) => string> = {
  python: (i) =>
    `def load${i}(path, limit=${i}):\n    """Loads."""\n    rows = read(path)[:limit]\n    if not rows:\n        return None\n    return [clean(row, ${i}) for row in rows]\n`,
  typescript: (i) =>
    `export function sum${i}(values: number[]): number {\n  let total = ${i};\n  for (const value of values) total += value * ${i};\n  return total;\n}\n`,
  go: (i) => `package p${i}\n\nfunc F${i}(a int) int {\n\tx := a + ${i}\n\treturn x\n}\n`,
};

const documents = (language: string, count: number): DatasetDocument[] =>
  Array.from({ length: count }, (_, i) => ({
    name: `${i}.${language}`,
    language,
    text: (LANGUAGES[language] as (i: number) => string)(i),
  }));

it.each(Object.keys(LANGUAGES))(
  "makes %s that parses, is nonsense, and is the same for the same seed",
  async (language) => {
    const parser = await openSourceParser();
    const all = documents(language, 60);
    const make = (seed: number) => {
      const amphigory = createAmphigory({ parser, ratio: 0.3, seed });
      return all.map((document) => amphigory.of(document)).filter((document) => document !== null);
    };
    const made = make(1);
    expect(made.length).toBeGreaterThan(6);
    expect(made.length).toBeLessThan(32);
    const texts = new Set(all.map(({ text }) => text));
    for (const { name, text } of made) {
      expect(name).toMatch(/^amphigory of \d+\./);
      expect(texts.has(text)).toBe(false);
      expect(parser.parse({ text, language, name }, (tree) => tree.rootNode.hasError)).toBe(false);
    }
    expect(make(1)).toEqual(made);
    expect(make(2)).not.toEqual(made);
  },
);

it("makes nothing of prompts, conversations, broken files and languages without a grammar", async () => {
  const parser = await openSourceParser();
  const amphigory = createAmphigory({ parser, ratio: 1, seed: 1 });
  const base = { name: "a", language: "python", text: "x = 1\ny = x + 2\n" };
  expect(amphigory.of({ ...base, prompt: "p" })).toBeNull();
  expect(amphigory.of({ ...base, text: "", messages: [{ role: "assistant", content: "x" }] })).toBeNull();
  expect(amphigory.of({ ...base, text: "def (:\n" })).toBeNull();
  expect(amphigory.of({ ...base, language: "brainfuck" })).toBeNull();
});
