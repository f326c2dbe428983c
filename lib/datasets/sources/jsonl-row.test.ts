import { expect, it } from "vitest";
import { parseJsonlRow } from "./jsonl-row";

const documentOf = (row: unknown) => {
  const result = parseJsonlRow(row);
  return "document" in result ? result.document : result;
};

it("takes messages, and ShareGPT's conversations, whatever roles are called", () => {
  const messages = [
    { role: "system", content: "Be brief." },
    { role: "user", content: "Hi" },
    { role: "assistant", content: "Hello" },
  ];
  const expected = { language: "text", text: "", messages };
  expect(documentOf({ messages })).toEqual(expected);
  const conversations = [
    { from: "system", value: "Be brief." },
    { from: "human", value: "Hi" },
    { from: "gpt", value: "Hello" },
  ];
  expect(documentOf({ conversations })).toEqual(expected);
  const parts = messages.map(({ role, content }) => ({ role, content: [{ type: "text", text: content }], weight: 1 }));
  expect(documentOf({ messages: parts })).toEqual(expected);
  // Rows of the Hub have the prompt twice.
  expect(documentOf({ messages, prompt: "Hi", language: "Python" })).toEqual({ ...expected, language: "python" });
});

it("takes Alpaca's instructions, with what they are about between", () => {
  expect(documentOf({ instruction: "Sort.", input: "3 1 2", output: "1 2 3" })).toEqual({
    language: "text",
    prompt: "Sort.\n\n3 1 2\n\n",
    text: "1 2 3",
  });
  for (const input of ["", "  ", null, undefined])
    expect(documentOf({ instruction: "Sort.", input, output: "1" })).toMatchObject({ prompt: "Sort.\n\n" });
});

it.each([
  [{ messages: [] }, "messages must be a list of messages"],
  [{ messages: "hi" }, "messages must be a list of messages"],
  [{ messages: [{ role: "user" }] }, "message 1 of messages needs a role and a content"],
  [{ messages: [{ role: "wizard", content: "x" }] }, 'message 1 of messages has the role "wizard"'],
  [{ messages: [{ role: "user", content: [{ type: "image", url: "x" }] }] }, "needs a role and a content"],
  [{ messages: [{ role: "user", content: "x" }] }, "messages has no answer of the assistant"],
  [{ conversations: Array(1001).fill({ from: "gpt", value: "x" }) }, "conversations has more than 1000 messages"],
  [{ instruction: "x" }, "output is missing"],
  [{ output: "x" }, "instruction is missing"],
  [{ instruction: "x", output: " " }, "output is empty"],
  [{ instruction: "x", input: 1, output: "y" }, "must be strings"],
  [{ instruction: "x", output: "y", text: "z" }, "use either text, or instruction and output, not both"],
])("says of %j what to change", (row, sentence) => {
  expect(documentOf(row)).toMatchObject({ skip: expect.any(String), change: expect.stringContaining(sentence) });
});
