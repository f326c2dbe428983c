import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { threadEntry } from "@/lib/config/thread-entry";
import { ChatMessage } from "@/lib/contracts/dataset";
import { DEFAULT_OBJECTIVE } from "@/lib/contracts/objective-settings";
import { type ChatTemplate, findChatTemplate } from "@/lib/tokenizers/find-chat-template";
import { loadTokenizer } from "@/lib/tokenizers/load-tokenizer";
import type { Tokenizer } from "@/lib/tokenizers/tokenizer";
import { countObjective } from "../count-objective";
import { createSampler } from "../create-sampler";
import type { TrainingSample } from "../training-sample";
import { conversationOf, openChatRenderer } from "./open-chat-renderer";
import { createConversationRenderer } from "./render-conversation";
import { tokenizeSpans } from "./tokenize-spans";

const FIXTURES = "tests/fixtures/chat-templates";
const Fixture = z.object({
  template: z.string(),
  marked: z.string(),
  tokens: z.record(z.string(), z.string()),
  cases: z.array(
    z.union([
      z.object({ messages: z.array(ChatMessage), refused: z.string() }),
      z.object({
        messages: z.array(ChatMessage),
        text: z.string(),
        prompt: z.string(),
        ids: z.array(z.int()),
        mask: z.array(z.int()),
      }),
    ]),
  ),
});
const root = mkdtempSync(join(tmpdir(), "codetune-chat-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A model folder with the fixtures' tokenizer. */
async function folderWith(name: string, config: object): Promise<{ folder: string; tokenizer: Tokenizer }> {
  const folder = join(root, name);
  mkdirSync(folder);
  copyFileSync(join(FIXTURES, "tokenizer.json"), join(folder, "tokenizer.json"));
  writeFileSync(join(folder, "tokenizer_config.json"), JSON.stringify({ eos_token: "<|endoftext|>", ...config }));
  return { folder, tokenizer: await loadTokenizer(folder) };
}

const lossOf = ({ runs }: TrainingSample): number[] =>
  runs.flatMap(({ length, hasLoss }) => Array<number>(length).fill(hasLoss ? 1 : 0));

const ENTRY = threadEntry("render-chat");

describe.each(["chatml", "llama-3", "gemma", "phi-3", "mistral", "deepseek"])("%s", (name) => {
  const fixture = Fixture.parse(JSON.parse(readFileSync(join(FIXTURES, `${name}.json`), "utf8")));

  it("has transformers' ids and assistant mask, with {% generation %} and without", async () => {
    const { tokenizer } = await folderWith(name, fixture.tokens);
    for (const source of [fixture.template, fixture.marked]) {
      const renderer = createConversationRenderer(source, fixture.tokens);
      for (const one of fixture.cases) {
        if ("refused" in one) {
          expect(() => renderer.renderWithSpans(one.messages)).toThrow(one.refused);
          continue;
        }
        const chat = renderer.renderWithSpans(one.messages);
        expect(chat.text).toBe(one.text);
        expect(chat.rewrittenTurns).toBe(0);
        const sample = tokenizeSpans(chat, tokenizer, false);
        expect(sample.ids).toEqual(one.ids);
        expect(lossOf(sample), JSON.stringify(one.messages)).toEqual(one.mask);
        expect(renderer.render(one.messages.slice(0, -1), true)).toBe(one.prompt);
      }
    }
  });
});

describe("turns of the assistant", () => {
  /** As Qwen3 and DeepSeek R1: what was thought before earlier answers is left out. */
  const forgetful = [
    "{% for message in messages %}{{ '<|im_start|>' + message.role + '\\n' }}",
    "{% if message.role == 'assistant' and not loop.last %}{{ message.content.split('</think>')[-1] }}",
    "{% else %}{{ message.content }}{% endif %}{{ '<|im_end|>\\n' }}{% endfor %}",
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
  ].join("");

  it("that the template writes otherwise later get no loss, and that is counted", () => {
    const chat = createConversationRenderer(forgetful, {}).renderWithSpans([
      { role: "user", content: "first question" },
      { role: "assistant", content: "<think>hm</think>first answer" },
      { role: "user", content: "second question" },
      { role: "assistant", content: "<think>well</think>second answer" },
    ]);
    const learned = chat.spans.filter(({ hasLoss }) => hasLoss).map(({ start, end }) => chat.text.slice(start, end));
    expect(learned).toEqual(["<think>well</think>second answer<|im_end|>"]);
    expect(chat.rewrittenTurns).toBe(1);
    expect(chat.text).not.toContain("hm</think>");
  });

  it("are found whatever is said: spans lie apart, in order, and hold the words of their role", () => {
    const source = Fixture.parse(JSON.parse(readFileSync(join(FIXTURES, "chatml.json"), "utf8"))).template;
    const renderer = createConversationRenderer(source, {});
    const words = [
      "user",
      "assistant\n",
      "<|im_end|>",
      "<|im_start|>assistant\n",
      "a longer answer than others",
      "\n",
      "é🦀",
    ];
    for (let seed = 0; seed < 200; seed++) {
      const messages = Array.from({ length: 2 + (seed % 5) * 2 }, (_, i) => ({
        role: i % 2 ? ("assistant" as const) : ("user" as const),
        content: `${words[(seed * 7 + i * 3) % words.length]}${words[(seed * 5 + i) % words.length]}`,
      }));
      const { text, spans, rewrittenTurns } = renderer.renderWithSpans(messages);
      expect(rewrittenTurns).toBe(0);
      const learned = spans.filter(({ hasLoss }) => hasLoss).map(({ start, end }) => text.slice(start, end));
      const said = messages.filter(({ role, content }) => role === "assistant" && content.trim() !== "");
      expect(learned).toEqual(said.map(({ content }) => `${content}<|im_end|>`));
      let at = 0;
      for (const { start, end } of spans) {
        expect(start).toBeGreaterThanOrEqual(at);
        expect(end).toBeGreaterThan(start);
        at = end;
      }
      expect(at).toBeLessThanOrEqual(text.length);
    }
  });
});

describe("the thread", () => {
  const template = (source: string): ChatTemplate => ({ source, tokens: {}, hash: "" });
  const messages = conversationOf("ask\n\n", "answer");

  it("renders as the code itself does, and hands on what a template says against a conversation", async () => {
    const source =
      "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system') }}{% endif %}[{{ m.role }}] {{ m.content }}\n{% endfor %}{% if add_generation_prompt %}[assistant] {% endif %}";
    const renderer = openChatRenderer(template(source), ENTRY);
    try {
      const direct = createConversationRenderer(source, {}).renderWithSpans(messages);
      expect(await renderer.render({ kind: "conversation", messages })).toEqual(direct);
      const system = [{ role: "system" as const, content: "be kind" }, ...messages];
      expect(await renderer.render({ kind: "conversation", messages: system })).toEqual({ refusal: "no system" });
      const asked = await renderer.render({ kind: "prompt", messages: messages.slice(0, 1) });
      expect(asked).toMatchObject({ text: "[user] ask\n[assistant] " });
    } finally {
      await renderer.close();
    }
  });

  it("ends a template that allocates without end, and names one that can't be read", async () => {
    const greedy = openChatRenderer(
      template("{% set ns = namespace(a=[1]) %}{% for i in range(60) %}{% set ns.a = ns.a + ns.a %}{% endfor %}"),
      ENTRY,
    );
    await expect(greedy.render({ kind: "conversation", messages })).rejects.toThrow(
      /chat template (takes too much memory|did not end in time)/,
    );
    const broken = openChatRenderer(template("{% for %}"), ENTRY);
    try {
      await expect(broken.render({ kind: "conversation", messages })).rejects.toMatchObject({
        code: "invalid_input",
        message: expect.stringContaining("chat template can't be read"),
      });
    } finally {
      await broken.close();
    }
  });

  it("ends a template that loops", async () => {
    const loop = "{% for a in range(100000) %}{% for b in range(100000) %}{% set c = a * b %}{% endfor %}{% endfor %}";
    const renderer = openChatRenderer(template(loop), ENTRY, { maxMilliseconds: 300, maxStartMilliseconds: 3000 });
    await expect(renderer.render({ kind: "conversation", messages })).rejects.toThrow("did not end in time");
    await renderer.close();
  });
});

describe("a sampler", () => {
  const samplerOf = async (objective: "causal" | "chat", source: string | null) => {
    const { tokenizer } = await folderWith(`sampler-${Math.random()}`, {});
    const chat = source === null ? null : openChatRenderer({ source, tokens: {}, hash: "" }, ENTRY);
    const { counts, count } = countObjective();
    const settings = { ...DEFAULT_OBJECTIVE, objective };
    const create = () =>
      createSampler({
        settings,
        tokenizer,
        specialTokens: "parse",
        blockLength: 64,
        seed: 1,
        chat,
        parser: null,
        count,
      });
    return { create, counts, tokenizer, close: async () => chat?.close() };
  };
  const SOURCE =
    "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

  it("takes pairs as conversations for the objective chat, and texts as they are", async () => {
    const { create, counts, tokenizer, close } = await samplerOf("chat", SOURCE);
    try {
      const sampler = create();
      const [pair] = await sampler.samplesOf({ name: "a", language: "text", prompt: "ask\n\n", text: "answer" });
      expect(pair && tokenizer.decode(pair.ids)).toBe(
        "<|im_start|>user\nask<|im_end|>\n<|im_start|>assistant\nanswer<|im_end|>\n",
      );
      const [text] = await sampler.samplesOf({ name: "b", language: "text", text: "code" });
      expect(text?.runs.every(({ hasLoss }) => hasLoss)).toBe(true);
      expect(counts).toEqual({ conversations: 1 });
    } finally {
      await close();
    }
  });

  it("says what to do where the model has no template", async () => {
    const chat = await samplerOf("chat", null);
    expect(chat.create).toThrow(/needs a model with a chat template/);
    const causal = await samplerOf("causal", null);
    const messages = conversationOf("a", "b");
    const sampling = async () => causal.create().samplesOf({ name: "a", language: "text", text: "", messages });
    await expect(sampling()).rejects.toMatchObject({ fieldErrors: { dataset_name: [expect.any(String)] } });
  });
});

describe("findChatTemplate", () => {
  it("reads the template's own file first, then tokenizer_config.json, of several the default one", async () => {
    const { folder } = await folderWith("found", { bos_token: { content: "<s>" } });
    const write = (config: object) =>
      writeFileSync(
        join(folder, "tokenizer_config.json"),
        JSON.stringify({ bos_token: { content: "<s>" }, ...config }),
      );
    expect(await findChatTemplate(folder)).toBeNull();
    write({ chat_template: "one" });
    expect(await findChatTemplate(folder)).toMatchObject({ source: "one", tokens: { bos_token: "<s>" } });
    const named = ["tool_use", "default"].map((name) => ({ name, template: name }));
    write({ chat_template: named });
    expect((await findChatTemplate(folder))?.source).toBe("default");
    write({ chat_template: 1 });
    await expect(findChatTemplate(folder)).rejects.toThrow("chat_template that is no text");
    write({ chat_template: named });
    writeFileSync(join(folder, "chat_template.jinja"), "file");
    expect((await findChatTemplate(folder))?.source).toBe("file");
  });
});
