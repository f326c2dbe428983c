import { describe, expect, it } from "vitest";
import { openSourceParser } from "../syntax/parse-source";
import { type FunctionPair, functionPairs, hasFunctionPairs } from "./function-pairs";

interface Case {
  text: string;
  /** Prompts by kind; each prompt with its text stands in the file as it is. */
  docstring: string[];
  signature: string[];
}

const CASES: Record<string, Case> = {
  python: {
    text: [
      "import os\r",
      "class A:",
      "    @property",
      "    def size(self, a: int = 1):  # counted",
      '        """Doc: with a colon."""',
      "        return self._size + a",
      "    def empty(self): pass",
      "",
      "async def later(x):",
      "    def inner(y):",
      "        return y * 2",
      "    return inner(x)",
      "",
    ].join("\n"),
    docstring: ['    @property\n    def size(self, a: int = 1):  # counted\n        """Doc: with a colon."""'],
    signature: ["    @property\n    def size(self, a: int = 1):", "async def later(x):"],
  },
  javascript: {
    text: [
      "/** Adds. */",
      "export function add(a, b) {",
      "  return a + b;",
      "}",
      "// not one of these",
      "export const twice = async (x) => {",
      "  return x * 2;",
      "};",
      "class A {",
      "  /** Method's doc. */",
      "  m() { return [1, 2].map((x) => { return x + 1; }); }",
      "  empty() {}",
      "}",
      "items.forEach((item) => { item.run(later); });",
    ].join("\n"),
    docstring: ["/** Adds. */\nexport function add(a, b) {", "  /** Method's doc. */\n  m() {"],
    signature: ["export function add(a, b) {", "export const twice = async (x) => {", "  m() {"],
  },
  typescript: {
    text: "/** Is it? */\nfunction is(a: unknown): a is string {\n  return typeof a === 'string';\n}\n",
    docstring: ["/** Is it? */\nfunction is(a: unknown): a is string {"],
    signature: ["function is(a: unknown): a is string {"],
  },
  go: {
    text: "package a\n\n// Add adds.\n// Twice.\nfunc Add(a int) int {\n\treturn a + a\n}\n\n// Far away.\n\nfunc (t *T) m() {\n\tt.call(1)\n}\n",
    docstring: ["// Add adds.\n// Twice.\nfunc Add(a int) int {"],
    signature: ["func Add(a int) int {", "func (t *T) m() {"],
  },
  java: {
    text: "class A {\n  /** Doc. */\n  @Override\n  public int f(int a) throws E {\n    return a + 1;\n  }\n  A() { super(1, 2); }\n}\n",
    docstring: ["  /** Doc. */\n  @Override\n  public int f(int a) throws E {"],
    signature: ["  @Override\n  public int f(int a) throws E {", "  A() {"],
  },
  rust: {
    text: "/// Doc.\n/// More.\n#[inline]\npub fn f(a: i32) -> i32 {\n    a + 1000\n}\nimpl A {\n    // plain\n    fn m(&self) { self.call(); }\n}\n",
    docstring: ["/// Doc.\n/// More.\n#[inline]\npub fn f(a: i32) -> i32 {"],
    signature: ["pub fn f(a: i32) -> i32 {", "    fn m(&self) {"],
  },
  "c++": {
    text: "/** Doc. */\ntemplate <class T>\nT f(T a) {\n  return a + 1;\n}\n/* no doc */\nint g() {\n  return f(1);\n}\n",
    docstring: ["/** Doc. */\ntemplate <class T>\nT f(T a) {"],
    signature: ["template <class T>\nT f(T a) {", "int g() {"],
  },
  "c#": {
    text: "class A {\n  /// <summary>Doc.</summary>\n  int F(int a) {\n    return a + 1;\n  }\n}\n",
    docstring: ["  /// <summary>Doc.</summary>\n  int F(int a) {"],
    signature: ["  int F(int a) {"],
  },
};

describe.each(Object.entries(CASES))("functions of %s", (language, { text, ...expected }) => {
  it.each(["docstring", "signature"] as const)("with their %s as the prompt", async (kind) => {
    expect(hasFunctionPairs(language)).toBe(true);
    const parser = await openSourceParser();
    const source = { text, language, name: "file" };
    const pairs = parser.parse(source, (tree) => functionPairs(tree, source, kind)) as FunctionPair[];
    expect(pairs.map(({ prompt }) => prompt)).toEqual(expected[kind]);
    let at = 0;
    for (const pair of pairs) {
      const found = text.indexOf(pair.prompt + pair.text, at);
      expect(found).toBeGreaterThanOrEqual(at);
      at = found + pair.prompt.length + pair.text.length;
      expect(pair.text.trim().length).toBeGreaterThan(7);
      if (language !== "python") expect(pair.text.endsWith("}")).toBe(true);
    }
  });
});

it("finds none in languages without bodies of this kind, and none that does not parse", async () => {
  expect(hasFunctionPairs("haskell")).toBe(false);
  const parser = await openSourceParser();
  const source = { text: "function broken( {\n  return 1 +;\n", language: "javascript", name: "a.js" };
  expect(parser.parse(source, (tree) => functionPairs(tree, source, "signature"))).toEqual([]);
});
