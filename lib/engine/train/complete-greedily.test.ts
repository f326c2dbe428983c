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
    openCompletion: async (prompt: Int32Array) => {
      const tokens = [...prompt];
      const look = () => {
        seen.push([...tokens]);
        const logits = new Float32Array(10).fill(-5);
        logits[((tokens.at(-1) as number) + 1) % 10] = -1;
        return logits;
      };
      return {
        get logits() {
          return look();
        },
        push: async (token: number) => void tokens.push(token),
      };
    },
  };
}

/** Always the same logits. */
const constant = (...logits: number[]) => ({
  openCompletion: async () => ({ logits: Float32Array.from(logits), push: async () => {} }),
});

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
  expect(await run({ model: constant(1, 2, 2), shouldStop: after(3) })).toBe("111");
});

/** False so many times, then true. */
function after(times: number): () => boolean {
  let left = times;
  return () => left-- <= 0;
}

test("ends at a bound, at a stop, and when time is up", async () => {
  const endless = constant(0, 1);
  expect(await run({ model: endless })).toBe("1".repeat(48));
  expect(await run({ model: endless, shouldStop: after(5) })).toBe("1".repeat(5));
  let clock = 0;
  expect((await run({ model: endless, now: () => (clock += 1000) })).length).toBeLessThan(20);
});

test("prompt and completion stay within the context; of a longer prompt the end is shown to the model", async () => {
  const seen: number[][] = [];
  expect(await run({ model: counting(seen), prompt: `${"9".repeat(90)}1`, contextLength: 60 })).toBe("23456789");
  expect(seen[0]).toEqual([...Array<number>(11).fill(9), 1]);
  expect(await run({ model: constant(0, 1), prompt: "12", contextLength: 6 })).toBe("11111");
  expect(await run({ model: constant(0, 1), prompt: "", contextLength: 4 })).toBe("111");
});
