/** @file Conversations rendered in a thread of their own, with a limit on time and memory. */
import { Worker } from "node:worker_threads";
import type { ChatMessage } from "@/lib/contracts/dataset";
import { AppError } from "@/lib/errors";
import type { ChatTemplate } from "@/lib/tokenizers/find-chat-template";
import type { ChatThreadReply, ChatThreadRequest, ChatThreadStart } from "./chat-thread-protocol";
import type { RenderedChat } from "./render-conversation";

/** For one conversation; the first waits for the thread, which loads its program. */
const LIMITS = { maxMilliseconds: 10_000, maxStartMilliseconds: 60_000 };
const MEMORY = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32 };

/** The thread's program, see workers/render-chat: a file, or text that loads it. */
export interface ChatThreadEntry {
  program: string;
  eval: boolean;
}

export interface ChatRenderer {
  /**
   * The text and its spans, or what the template says against these messages.
   * Errors: `invalid_input` when the template has a fault, does not end, or takes too much memory.
   */
  render(request: ChatThreadRequest): Promise<RenderedChat | { refusal: string }>;
  close(): Promise<void>;
}

/** One request at a time. The thread starts with the first. */
export function openChatRenderer(template: ChatTemplate, entry: ChatThreadEntry, limits = LIMITS): ChatRenderer {
  let thread: Worker | null = null;
  const close = async () => {
    const ended = thread;
    thread = null;
    await ended?.terminate();
  };
  const ask = (request: ChatThreadRequest): Promise<ChatThreadReply> => {
    const isFirst = thread === null;
    const workerData: ChatThreadStart = { source: template.source, tokens: template.tokens };
    thread ??= new Worker(entry.program, { eval: entry.eval, workerData, resourceLimits: MEMORY });
    const asked = thread;
    return new Promise((resolve, reject) => {
      const finish = (act: () => void) => {
        clearTimeout(timer);
        // By name: the thread has listeners of its own.
        asked.off("message", onMessage).off("error", onError).off("exit", onExit);
        act();
      };
      const onMessage = (reply: ChatThreadReply) => finish(() => resolve(reply));
      const onExit = () => finish(() => reject(faulty("ended its thread")));
      const onError = (error: NodeJS.ErrnoException) =>
        finish(() => reject(error.code === "ERR_WORKER_OUT_OF_MEMORY" ? faulty("takes too much memory") : error));
      const timer = setTimeout(
        () => finish(() => reject(faulty("did not end in time"))),
        isFirst ? limits.maxStartMilliseconds : limits.maxMilliseconds,
      );
      asked.on("message", onMessage).on("error", onError).on("exit", onExit);
      asked.postMessage(request);
    });
  };
  return {
    async render(request) {
      const reply = await ask(request).catch(async (error: unknown) => {
        await close();
        throw error;
      });
      if (reply.kind === "fault") throw faulty(`can't be read (${reply.message})`);
      return reply.kind === "refused" ? { refusal: reply.message } : reply.chat;
    },
    close,
  };
}

const faulty = (what: string): AppError =>
  new AppError("invalid_input", `The model's chat template ${what}: mend it or choose another model.`, {
    fieldErrors: { model_type: [`has a chat template that ${what}`] },
  });

/** A prompt and its completion as a conversation of one turn. */
export const conversationOf = (prompt: string, completion: string): ChatMessage[] => [
  { role: "user", content: prompt.trimEnd() },
  { role: "assistant", content: completion },
];
