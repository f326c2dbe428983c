/** @file The thread that renders conversations: a template may loop or allocate without end, and is ended from outside. */
import { parentPort, workerData } from "node:worker_threads";
import type { ChatThreadReply, ChatThreadRequest, ChatThreadStart } from "@/lib/datasets/chat/chat-thread-protocol";
import { type ConversationRenderer, createConversationRenderer } from "@/lib/datasets/chat/render-conversation";

const MAX_MESSAGE_CHARS = 300;
const { source, tokens } = workerData as ChatThreadStart;
const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, MAX_MESSAGE_CHARS);

let renderer: ConversationRenderer | null = null;
let fault = "";
try {
  renderer = createConversationRenderer(source, tokens);
} catch (error) {
  fault = messageOf(error);
}

function answer({ kind, messages }: ChatThreadRequest): ChatThreadReply {
  if (renderer === null) return { kind: "fault", message: fault };
  try {
    const chat =
      kind === "conversation"
        ? renderer.renderWithSpans(messages)
        : { text: renderer.render(messages, true), spans: [], rewrittenTurns: 0 };
    return { kind: "rendered", chat };
  } catch (error) {
    return { kind: "refused", message: messageOf(error) };
  }
}

parentPort?.on("message", (request: ChatThreadRequest) => parentPort?.postMessage(answer(request)));
