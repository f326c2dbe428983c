import { expect, it } from "vitest";
import { groupSegments } from "./group-segments";
import { showToken } from "./show-token";

it("leaves no token invisible", () => {
  for (const text of [
    "",
    " ",
    "    ",
    "\t",
    "\n",
    "\r\n",
    "\u00a0",
    "\u200b",
    "\u2028",
    "\u0000",
    "\ufeff",
    "\u00ad",
  ]) {
    const visible = showToken(text).replace(/[\s\p{Cc}\p{Cf}\u00a0]/gu, "");
    expect(visible, JSON.stringify(text)).not.toBe("");
  }
});

it("keeps ordinary text, and shows the length of a run of spaces", () => {
  expect(showToken("const")).toBe("const");
  expect(showToken("    return")).toBe("····return");
  expect(showToken("{\n\t")).toBe("{↵\n⇥");
  expect(showToken("\n\n  ")).toBe("↵\n↵\n··");
  expect(showToken("}\n")).toBe("}↵\n");
});

it("groups tokens by document, in order, losing none", () => {
  const tokens = [0, 0, 1, 1, 1, -1].map((segment, id) => ({
    id,
    text: "x",
    hasLoss: true,
    segment,
    position: 0,
    part: null,
  }));
  const segments = groupSegments(tokens);
  expect(segments.map(({ segment, start }) => [segment, start])).toEqual([
    [0, 0],
    [1, 2],
    [-1, 5],
  ]);
  expect(segments.flatMap((segment) => segment.tokens)).toEqual(tokens);
});
