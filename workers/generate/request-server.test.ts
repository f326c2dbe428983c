import { expect, test } from "vitest";
import type { GenerateReply } from "@/lib/contracts/generate-protocol";
import { GenerationSettings } from "@/lib/contracts/generation";
import { AppError } from "@/lib/errors";
import { type OpenedGenerator, RequestServer } from "./request-server";

const END = 0;
const [PREFIX, SUFFIX, MIDDLE, PAD] = [300, 301, 302, 303];

/** Tokens are character codes. Counts upwards from the last token of the prompt, "a" to "z", and remembers prompts. */
function counting(prompts: number[][] = [], startTokenIds: number[] = []): OpenedGenerator {
  const encode = (text: string) => Array.from(text, (char) => char.charCodeAt(0));
  return {
    model: {
      device: "cpu",
      architecture: { shape: { contextLength: 64 } },
      dispose: async () => {},
      openCompletion: async (prompt) => {
        prompts.push([...prompt]);
        const begin = prompt.at(-1) as number;
        let last = begin < 300 ? begin : 96;
        return {
          get logits() {
            const logits = new Float32Array(310);
            logits[last === 122 ? (begin === MIDDLE ? PAD : END) : last + 1] = 1;
            return logits;
          },
          push: async (token) => {
            last = token;
          },
        };
      },
    },
    tokenizer: { encode, decode: (ids) => String.fromCharCode(...Array.from(ids)), eosTokenId: END, startTokenIds },
    endTokens: new Set([END]),
    fim: {
      preset: "starcoder",
      prefix: PREFIX,
      suffix: SUFFIX,
      middle: MIDDLE,
      end: END,
      ends: [END, PAD],
      encodeStart: encode,
      encodeInside: encode,
    },
  };
}

function serve(opened: () => OpenedGenerator = () => counting()) {
  const replies: GenerateReply[] = [];
  const server = new RequestServer(
    async () => opened(),
    (reply) => replies.push(reply),
  );
  const open = () =>
    server.take({ kind: "open", id: "o", modelDir: "/m", adapterDir: null, device: "cpu", precision: "fp32" });
  const ask = (id: string, text: string, settings: Partial<GenerationSettings> = {}) =>
    server.take({
      kind: "generate",
      id,
      prompt: { kind: "text", text },
      settings: GenerationSettings.parse(settings),
    });
  const textOf = (id: string) =>
    replies.flatMap((reply) => (reply.kind === "text" && reply.id === id ? [reply.text] : [])).join("");
  const lastOf = (id: string) => replies.findLast((reply) => reply.id === id);
  return { server, replies, open, ask, textOf, lastOf };
}

test("requests are answered one after the other, each under its id", async () => {
  const { server, replies, open, ask, textOf, lastOf } = serve();
  open();
  ask("1", "w");
  ask("2", "ab", { max_new_tokens: 2 });
  await server.isIdle;
  expect(lastOf("o")).toEqual({
    kind: "opened",
    id: "o",
    device: "cpu",
    contextLength: 64,
    fimPreset: "starcoder",
  });
  expect(textOf("1")).toBe("xyz");
  expect(lastOf("1")).toMatchObject({ kind: "done", reason: "end", promptTokens: 1, newTokens: 3 });
  expect(textOf("2")).toBe("cd");
  expect(lastOf("2")).toMatchObject({ kind: "done", reason: "length" });
  expect(replies.map((reply) => reply.id)).toEqual(["o", "1", "1", "1", "1", "2", "2", "2"]);
});

test("cancelling ends the request at work and one that waits; the others are served", async () => {
  const { server, replies, open, ask, textOf, lastOf } = serve();
  open();
  ask("1", "a");
  ask("2", "a");
  ask("3", "x");
  server.take({ kind: "cancel", id: "2" });
  while (textOf("1").length < 3) await new Promise((resolve) => setImmediate(resolve));
  server.take({ kind: "cancel", id: "1" });
  server.take({ kind: "cancel", id: "unknown" });
  await server.isIdle;
  expect(lastOf("1")).toMatchObject({ kind: "done", reason: "cancelled" });
  expect("bcdefghijklmnopqrstuvwxy".startsWith(textOf("1"))).toBe(true);
  expect(lastOf("2")).toMatchObject({ kind: "done", reason: "cancelled", newTokens: 0, secondsToFirstToken: null });
  expect(textOf("2")).toBe("");
  expect(textOf("3")).toBe("yz");
  expect(replies.filter((reply) => reply.kind === "failed")).toEqual([]);
});

test("between prefix and suffix the model's own markers are used, and any of its ends ends the middle", async () => {
  const prompts: number[][] = [];
  const { server, open, textOf, lastOf } = serve(() => counting(prompts));
  open();
  const settings = GenerationSettings.parse({});
  const fim = { kind: "fim", prefix: "p", suffix: "s" } as const;
  server.take({ kind: "generate", id: "psm", prompt: { ...fim, order: "psm" }, settings });
  server.take({ kind: "generate", id: "spm", prompt: { ...fim, order: "spm" }, settings });
  await server.isIdle;
  expect(prompts).toEqual([
    [PREFIX, 112, SUFFIX, 115, MIDDLE],
    [PREFIX, SUFFIX, 115, MIDDLE, 112],
  ]);
  expect(textOf("psm")).toBe("abcdefghijklmnopqrstuvwxyz");
  expect(lastOf("psm")).toMatchObject({ reason: "end" });
});

test("a begin-of-text token goes in front where the tokenizer has one, once", async () => {
  const prompts: number[][] = [];
  const BEGIN = 65;
  const { server, open, ask } = serve(() => counting(prompts, [BEGIN]));
  open();
  ask("1", "y");
  ask("2", "Ay");
  server.take({
    kind: "generate",
    id: "3",
    prompt: { kind: "fim", prefix: "p", suffix: "s", order: "psm" },
    settings: GenerationSettings.parse({ max_new_tokens: 1 }),
  });
  await server.isIdle;
  expect(prompts).toEqual([
    [BEGIN, 121],
    [BEGIN, 121],
    [BEGIN, PREFIX, 112, SUFFIX, 115, MIDDLE],
  ]);
});

test("what cannot be done is said in one sentence, and the next request is served", async () => {
  const { server, open, ask, textOf, lastOf } = serve(() => ({ ...counting(), fim: null }));
  ask("early", "a");
  open();
  server.take({
    kind: "generate",
    id: "fim",
    prompt: { kind: "fim", prefix: "", suffix: "", order: "psm" },
    settings: GenerationSettings.parse({}),
  });
  ask("long", "a".repeat(64));
  ask("ok", "x");
  await server.isIdle;
  expect(lastOf("early")).toMatchObject({ kind: "failed", message: "No model is open; open one first." });
  expect(lastOf("fim")).toMatchObject({
    message: "This model has no tokens for filling in between a prefix and a suffix; give it a prompt instead.",
  });
  expect(lastOf("long")).toMatchObject({ message: expect.stringMatching(/^The prompt has 64 tokens, but/) });
  expect(textOf("ok")).toBe("yz");
});

test("a model that cannot be opened leaves none open", async () => {
  const refused = new AppError("invalid_input", "The model in /m has no weight w.");
  let isFirst = true;
  const { server, open, ask, lastOf } = serve(() => {
    if (isFirst) {
      isFirst = false;
      return counting();
    }
    throw refused;
  });
  open();
  open();
  ask("1", "a");
  await server.isIdle;
  expect(lastOf("o")).toEqual({ kind: "failed", id: "o", message: refused.message, isOurFault: false });
  expect(lastOf("1")).toMatchObject({ kind: "failed", message: "No model is open; open one first." });
});
