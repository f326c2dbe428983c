import { expect, test } from "vitest";
import { shareInFlight } from "./share-in-flight";

/** Work that ends when it is told to, and counts how often it was begun and aborted. */
function controlled() {
  const counts = { begun: 0, aborted: 0 };
  let finish: (value: string) => void = () => undefined;
  const work = (signal: AbortSignal) => {
    counts.begun++;
    return new Promise<string>((resolve, reject) => {
      finish = resolve;
      signal.addEventListener("abort", () => {
        counts.aborted++;
        reject(signal.reason);
      });
    });
  };
  return { counts, work, finish: (value: string) => finish(value) };
}

test("work asked for twice at once is done once, and anew afterwards", async () => {
  const { counts, work, finish } = controlled();
  const both = [shareInFlight("a", work), shareInFlight("a", work)];
  finish("done");
  expect(await Promise.all(both)).toEqual(["done", "done"]);
  expect(counts.begun).toBe(1);
  const again = shareInFlight("a", work);
  finish("again");
  expect(await again).toBe("again");
  expect(counts.begun).toBe(2);
});

test("work goes on while one still waits, and is given up with the last", async () => {
  const { counts, work, finish } = controlled();
  const one = new AbortController();
  const two = new AbortController();
  const first = shareInFlight("b", work, one.signal);
  const second = shareInFlight("b", work, two.signal);
  one.abort(new Error("gone"));
  await expect(first).rejects.toThrow("gone");
  expect(counts).toEqual({ begun: 1, aborted: 0 });
  two.abort(new Error("gone too"));
  await expect(second).rejects.toThrow("gone too");
  expect(counts).toEqual({ begun: 1, aborted: 1 });
  // Nobody gets the ruins.
  const third = shareInFlight("b", work, new AbortController().signal);
  finish("fresh");
  expect(await third).toBe("fresh");
  await expect(shareInFlight("b", work, AbortSignal.abort(new Error("late")))).rejects.toThrow("late");
  expect(counts.begun).toBe(2);
});

test("a failure reaches everyone who waits", async () => {
  const work = () => Promise.reject(new Error("broken"));
  const both = await Promise.allSettled([shareInFlight("c", work), shareInFlight("c", work)]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
});
