import { expect, test } from "vitest";
import { completeGreedily } from "./complete-greedily";

const tokenizer = {
  encode: (text: string) => [...text].map(Number),
  decode: (ids: number[]) => ids.join(""),
  eosTokenId: 0,
};

/** Prefers the number after the last one, modulo ten; remembers what it was shown. */
function counting(seen: number[][] = []) {
  return {
    nextTokenLogits: async (tokens: Int32Array) => {
      seen.push([...tokens]);
      const logits = new Float32Array(10).fill(-5);
      logits[((tokens.at(-1) as number) + 1) % 10] = -1;
      return logits;
    },
  };
}

const run = (options: Partial<Parameters<typeof completeGreedily>[0]>) =>
  completeGreedily({
    model: counting(),
    tokenizer,
    prompt: "4",
    contextLength: 100,
    shouldStop: () => false,
    now: () => 0,
    ...options,
  });

test("goes on with the likeliest token until the end-of-text token, which is not shown", async () => {
  expect(await run({})).toBe("56789");
});

test("an empty prompt begins at the end-of-text token, and ties go to the lower id", async () => {
  expect(await run({ prompt: "" })).toBe("123456789");
  expect(await run({ model: { nextTokenLogits: async () => Float32Array.of(1, 2, 2) }, shouldStop: after(3) })).toBe(
    "111",
  );
});

/** False so many times, then true. */
function after(times: number): () => boolean {
  let left = times;
  return () => left-- <= 0;
}

test("ends at a bound, at a stop, and when time is up", async () => {
  const endless = { nextTokenLogits: async () => Float32Array.of(0, 1) };
  expect(await run({ model: endless })).toBe("1".repeat(48));
  expect(await run({ model: endless, shouldStop: after(5) })).toBe("1".repeat(5));
  let clock = 0;
  expect((await run({ model: endless, now: () => (clock += 1000) })).length).toBeLessThan(20);
});

test("of a prompt longer than the context the last tokens are shown to the model", async () => {
  const seen: number[][] = [];
  await run({ model: counting(seen), prompt: "987123", contextLength: 4 });
  expect(seen[0]).toEqual([7, 1, 2, 3]);
  expect(seen.every(({ length }) => length <= 4)).toBe(true);
});
