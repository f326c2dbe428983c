import { expect, test } from "vitest";
import { IGNORE_LABEL } from "@/lib/contracts/prepared-blocks";
import type { Batch, TrainableModel } from "@/lib/engine/types";
import type { Tokenizer } from "@/lib/tokenizers/tokenizer";
import { measureBitsPerByte } from "./bits-per-byte";

const EOS = 0;
/** One token per byte. */
const tokenizer = {
  encode: (text: string) => [...Buffer.from(text)],
  eosTokenId: EOS,
  padTokenId: EOS,
} as unknown as Tokenizer;

/** A model that charges one bit per token, and remembers what it was asked to predict. */
function oneBitModel() {
  const asked: { token: number; context: number }[] = [];
  const evaluate = async ({ labels, positions, tokens }: Batch) => {
    let tokenCount = 0;
    for (const [at, label] of labels.entries()) {
      if (label === IGNORE_LABEL) continue;
      expect(label).toBe(tokens[at]);
      tokenCount++;
      asked.push({ token: label, context: positions[at] as number });
    }
    return { lossSum: tokenCount * Math.LN2, tokenCount };
  };
  return { asked, model: { evaluate } as unknown as TrainableModel };
}

const document = (text: string) => ({ name: "x", language: "text", text });

test.each([1, 15, 16, 17, 31, 32, 33, 100, 1000])("a text of %i bytes: every byte and the end once", async (length) => {
  const { model } = oneBitModel();
  const result = await measureBitsPerByte(model, tokenizer, [document("a".repeat(length))], 32);
  expect(result.tokens).toBe(length + 1);
  expect(result.bitsPerByte).toBeCloseTo((length + 1) / length, 10);
});

test("each byte is predicted once, in files of all sizes, with at least half a window of context where there is one", async () => {
  const { asked, model } = oneBitModel();
  const texts = ["abc", "d".repeat(40), "", "e".repeat(200), "f".repeat(31)];
  await measureBitsPerByte(model, tokenizer, texts.map(document), 32);
  const count = (letter: string) => asked.filter(({ token }) => token === letter.charCodeAt(0)).length;
  expect([count("a"), count("d"), count("e"), count("f")]).toEqual([1, 40, 200, 31]);
  expect(asked.filter(({ token }) => token === EOS)).toHaveLength(texts.length);
  expect(asked.filter(({ context }) => context === 0)).toEqual([]);
  expect(asked.filter(({ token, context }) => token === 101 && context < 16)).toHaveLength(15);
});
