import { threadEntry } from "@/lib/config/thread-entry";
import type { ChatMessage } from "@/lib/contracts/dataset";
import { openChatRenderer } from "@/lib/datasets/chat/open-chat-renderer";
import { findChatTemplate } from "@/lib/tokenizers/find-chat-template";

/** Messages up to where the assistant is asked for its answer, by the model's template; null where it has none or refuses. */
export async function renderChatPrompt(modelDir: string, messages: ChatMessage[]): Promise<string | null> {
  const template = await findChatTemplate(modelDir);
  if (template === null) return null;
  const renderer = openChatRenderer(template, threadEntry("render-chat"));
  try {
    const rendered = await renderer.render({ kind: "prompt", messages });
    return "refusal" in rendered ? null : rendered.text;
  } finally {
    await renderer.close();
  }
}
