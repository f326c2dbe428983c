/** Columns: what is guessed, and what rows become. */
import { describe, expect, it } from "vitest";
import { SkipTally } from "../skip-tally";
import { guessColumns } from "./guess-columns";
import { readMappedRows } from "./read-mapped-rows";

const text = (...names: string[]) => names.map((name) => ({ name, type: "text" }));

async function* rowsOf(...rows: Record<string, unknown>[]) {
  yield* rows;
}

describe("guessColumns", () => {
  it("knows the names that published datasets use, conversations before pairs before text", () => {
    expect(
      guessColumns([...text("prompt", "language"), { name: "messages", type: "list of record of role, content" }]),
    ).toEqual({
      kind: "messages",
      messages: "messages",
      language: "language",
    });
    expect(guessColumns(text("Instruction", "Output", "input"))).toEqual({
      kind: "completion",
      prompt: "Instruction",
      completion: "Output",
    });
    expect(guessColumns(text("repo_name", "content", "lang"))).toEqual({
      kind: "text",
      text: "content",
      language: "lang",
    });
    expect(guessColumns(text("language", "whatever"))).toEqual({
      kind: "text",
      text: "whatever",
      language: "language",
    });
  });

  it("guesses nothing where no column holds text", () => {
    expect(
      guessColumns([
        { name: "text", type: "number" },
        { name: "image", type: "bytes" },
      ]),
    ).toBeNull();
    expect(guessColumns([])).toBeNull();
  });
});

describe("readMappedRows", () => {
  it("gives documents, and leaves out rows without text, long ones and copies, each with its reason", async () => {
    const skips = new SkipTally();
    const rows = rowsOf(
      { a: "one", l: "Python" },
      { a: "one", l: "go" },
      { a: "  " },
      { a: 7 },
      { b: "other" },
      { a: "x".repeat(2_000_001) },
      { a: "two" },
      { a: "never looked at" },
    );
    const mapping = { kind: "text", text: "a", language: "l" } as const;
    const documents = [];
    for await (const document of readMappedRows(rows, { mapping, skips, origin: "rows", maxRows: 7 }))
      documents.push(document);
    expect(documents).toEqual([
      { name: "row 1", language: "python", text: "one" },
      { name: "row 7", language: "text", text: "two" },
    ]);
    const counts = Object.fromEntries(Object.entries(skips.toStats()).map(([reason, { count }]) => [reason, count]));
    expect(counts).toEqual({ duplicate: 1, empty: 1, "no text": 2, "too long": 1 });
  });

  it("makes conversations of lists of messages", async () => {
    const messages = [
      { role: "user", content: "Add" },
      { role: "assistant", content: "+" },
    ];
    const options = { mapping: { kind: "messages", messages: "m" } as const, skips: new SkipTally(), origin: "rows" };
    const documents = [];
    for await (const document of readMappedRows(rowsOf({ m: messages }, { m: "no list" }), options))
      documents.push(document);
    expect(documents).toEqual([{ name: "row 1", language: "text", text: "", messages }]);
  });
});
