import { expect, it } from "vitest";
import { isStorableText, toStorableJson, toStorableText } from "./storable-text";

it("replaces NUL and half pairs, and nothing else", () => {
  expect(toStorableText("a\0b\ud800c\udc00d\u{1f600}\n")).toBe("a\ufffdb\ufffdc\ufffdd\u{1f600}\n");
  expect(["a\0", "\udfff", "\ud83d"].map(isStorableText)).toEqual([false, false, false]);
  expect(["", "naïve", "\u{1f600}", "\ufffd\u0001"].every(isStorableText)).toBe(true);
});

it("writes JSON without them: in values, in keys, and only where they are meant", () => {
  const value = { "k\0": ["\ud83d", "\\u0000", "\\\0", "\\\\ud800", "\u{1f600}"], n: 1 };
  const json = toStorableJson(value);
  expect(json).not.toMatch(/[^\\](\\\\)*\\u0000/);
  expect(JSON.parse(json)).toEqual({ "k\ufffd": ["\ufffd", "\\u0000", "\\\ufffd", "\\\\ud800", "\u{1f600}"], n: 1 });
  expect(toStorableJson({ a: "plain \\ \u0001" })).toBe(JSON.stringify({ a: "plain \\ \u0001" }));
});
