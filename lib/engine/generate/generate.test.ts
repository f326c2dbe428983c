import { join } from "node:path";
import { expect, test } from "vitest";
import { GenerationSettings } from "@/lib/contracts/generation";
import { loadTokenizer } from "@/lib/tokenizers/load-tokenizer";
import { type Generated, type GenerateOptions, generate } from "./generate";
import { TextStream } from "./text-stream";

/** Says these tokens one after the other, whatever it is shown. */
function scripted(tokens: readonly number[], vocabularySize: number) {
  return {
    openCompletion: async () => {
      let at = 0;
      return {
        get logits() {
          const logits = new Float32Array(vocabularySize);
          logits[tokens[at] as number] = 1;
          return logits;
        },
        push: async () => {
          at++;
        },
      };
    },
  };
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const END = 26;

async function run(
  text: string,
  settings: Partial<GenerationSettings> = {},
  options: Partial<GenerateOptions> = {},
): Promise<{ pieces: string[]; end: Generated | undefined }> {
  const tokens = [...text].map((char) => LETTERS.indexOf(char));
  const pieces: string[] = [];
  let end: Generated | undefined;
  const all = generate({
    model: scripted([...tokens, END], 27),
    decode: (ids) => ids.map((id) => LETTERS[id]).join(""),
    prompt: [0],
    contextLength: 100,
    endTokens: new Set([END]),
    settings: GenerationSettings.parse(settings),
    ...options,
  });
  for await (const piece of all) {
    if (piece.kind === "text") pieces.push(piece.text);
    else end = piece;
  }
  return { pieces, end };
}

test("text comes token by token until the end token, which is not part of it", async () => {
  expect(await run("hello")).toEqual({
    pieces: ["h", "e", "l", "l", "o"],
    end: { kind: "end", reason: "end", promptTokens: 1, newTokens: 5 },
  });
});

test("each bound ends the text and is named", async () => {
  const cases = [
    [await run("hello", { max_new_tokens: 3 }), "hel", "length"],
    [await run("hello", {}, { contextLength: 3 }), "he", "context"],
    [await run("hello", { stop: ["lo", "zz"] }), "hel", "stop"],
    [await run("hello", {}, { signal: AbortSignal.abort() }), "", "cancelled"],
  ] as const;
  for (const [{ pieces, end }, text, reason] of cases) {
    expect(pieces.join("")).toBe(text);
    expect(end).toMatchObject({ reason });
  }
});

test("an abort takes effect before the next token", async () => {
  const abort = new AbortController();
  let text = "";
  const tokens = Array.from({ length: 50 }, () => 1);
  const pieces = generate({
    model: scripted(tokens, 27),
    decode: (ids) => ids.map((id) => LETTERS[id]).join(""),
    prompt: [0],
    contextLength: 100,
    endTokens: new Set(),
    settings: GenerationSettings.parse({}),
    signal: abort.signal,
  });
  for await (const piece of pieces) {
    if (piece.kind === "text") text += piece.text;
    else expect(piece.reason).toBe("cancelled");
    if (text.length === 4) abort.abort();
  }
  expect(text).toBe("bbbb");
});

test("nothing of a stop string comes out, and what only began like one does", async () => {
  const cases: [string, string[], string][] = [
    ["aababac", ["abac"], "aab"],
    ["xyzxyzw", ["xyzw"], "xyz"],
    ["hello", ["lox"], "hello"],
    ["hello", ["o"], "hell"],
    ["abcabd", ["abd", "bca"], "a"],
    ["hello", ["h"], ""],
  ];
  for (const [text, stop, expected] of cases) {
    const { pieces, end } = await run(text, { stop });
    expect(pieces.join(""), text).toBe(expected);
    expect(pieces).not.toContain("");
    expect(end).toMatchObject({ reason: expected === text ? "end" : "stop" });
  }
});

test("a prompt that fills the context is refused in one sentence", async () => {
  await expect(run("a", {}, { contextLength: 2, prompt: [1, 2] })).rejects.toThrow(
    "The prompt has 2 tokens, but the model's context is 2; leave room for at least one more.",
  );
});

test("characters of several tokens come out whole, in order and complete", async () => {
  const tokenizer = await loadTokenizer(join(import.meta.dirname, "../../../models/tiny-code"));
  const text = `const café = "日本語 👩‍💻 𝄞";${" // ünï".repeat(40)}\n`;
  const ids = tokenizer.encode(text);
  expect(ids.some((id) => tokenizer.decode([id]).includes("\uFFFD"))).toBe(true);
  const stream = new TextStream((all) => tokenizer.decode(all), tokenizer.encode("x = "));
  const pieces = ids.map((id) => stream.push(id));
  pieces.push(stream.end());
  expect(pieces.join("")).toBe(text);
  // Half a character would become U+FFFD on the way through bytes.
  for (const piece of pieces) expect(Buffer.from(piece).toString()).not.toContain("\uFFFD");
  expect(pieces.filter((piece) => piece !== "").length).toBeGreaterThan(ids.length / 2);
});

test("bytes that never become a character are shown at the end as the decoder shows them", async () => {
  const tokenizer = await loadTokenizer(join(import.meta.dirname, "../../../models/tiny-code"));
  const torn = tokenizer.encode("日").slice(0, 1);
  expect(tokenizer.decode(torn)).toBe("\uFFFD");
  const stream = new TextStream((all) => tokenizer.decode(all), []);
  const pieces = [...tokenizer.encode("a"), ...torn].map((id) => stream.push(id));
  expect(pieces.join("")).toBe("a");
  expect(stream.end()).toBe("\uFFFD");
});
