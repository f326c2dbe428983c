/** @file Messages as OpenAI's and transformers' `messages` have them, and as ShareGPT's `conversations`. */
import { z } from "zod";
import { CHAT_ROLES, type ChatMessage } from "@/lib/contracts/dataset";
import type { RowContent, RowSkip } from "./jsonl-row";

const MAX_MESSAGES = 1_000;

/** What roles are called elsewhere. */
const ROLE_NAMES: Record<string, ChatMessage["role"]> = {
  ...Object.fromEntries(CHAT_ROLES.map((role) => [role, role])),
  human: "user",
  prompter: "user",
  gpt: "assistant",
  chatgpt: "assistant",
  model: "assistant",
  bot: "assistant",
  developer: "system",
  ipython: "tool",
  observation: "tool",
};

/** Content in parts, of which text is taken; with others a message can't be used. */
const Parts = z
  .array(z.looseObject({ type: z.literal("text"), text: z.string() }))
  .transform((parts) => parts.map(({ text }) => text).join(""));
const content = z.union([z.string(), Parts]);
const Message = z.union([
  z.looseObject({ role: z.string(), content }).transform(({ role, content: said }) => ({ role, content: said })),
  z
    .looseObject({ from: z.string(), value: z.string() })
    .transform(({ from, value }) => ({ role: from, content: value })),
]);

/** @param field of the row, for the sentence that says what to change */
export function parseConversation(value: unknown, field: string): RowContent | RowSkip {
  const wrong = (change: string): RowSkip => ({ skip: "wrong messages", change });
  if (!Array.isArray(value) || value.length === 0) return wrong(`${field} must be a list of messages`);
  if (value.length > MAX_MESSAGES) return wrong(`${field} has more than ${MAX_MESSAGES} messages: split it`);
  const messages: ChatMessage[] = [];
  for (const [i, entry] of value.entries()) {
    const parsed = Message.safeParse(entry);
    if (!parsed.success) return wrong(`message ${i + 1} of ${field} needs a role and a content, both texts`);
    const role = ROLE_NAMES[parsed.data.role.trim().toLowerCase()];
    if (role === undefined)
      return wrong(
        `message ${i + 1} of ${field} has the role ${JSON.stringify(parsed.data.role.slice(0, 40))}: use ${CHAT_ROLES.join(", ")}`,
      );
    messages.push({ role, content: parsed.data.content });
  }
  if (!messages.some((message) => message.role === "assistant" && message.content.trim() !== ""))
    return { skip: "empty", change: `${field} has no answer of the assistant, so there is nothing to learn: add one` };
  return { content: { text: "", messages } };
}
