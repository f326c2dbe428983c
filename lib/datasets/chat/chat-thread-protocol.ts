/** @file What the thread that renders conversations is sent and answers. Templates are programs of others: they run there. */
import type { ChatMessage } from "@/lib/contracts/dataset";
import type { RenderedChat } from "./render-conversation";

/** workerData. */
export interface ChatThreadStart {
  source: string;
  tokens: Record<string, string>;
}

export type ChatThreadRequest =
  | { kind: "conversation"; messages: readonly ChatMessage[] }
  /** Up to where the assistant is asked for its answer. */
  | { kind: "prompt"; messages: readonly ChatMessage[] };

/** `refused`: what the template says of this conversation. `fault`: it can't be used at all. */
export type ChatThreadReply =
  | { kind: "rendered"; chat: RenderedChat }
  | { kind: "refused"; message: string }
  | { kind: "fault"; message: string };
