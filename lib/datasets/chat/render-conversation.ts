/** @file A conversation as the model's own template writes it, and where in that text the assistant speaks. */
import { Template } from "@huggingface/jinja";
import type { ChatMessage, SamplePart } from "@/lib/contracts/dataset";
import { markGenerations } from "./mark-generations";

export interface ChatSpan {
  /** UTF-16 units of the text. */
  start: number;
  end: number;
  part: SamplePart;
  hasLoss: boolean;
}

export interface RenderedChat {
  text: string;
  /** In order, without overlaps; what lies between is the template's. */
  spans: ChatSpan[];
  /** Turns of the assistant that stand in the text otherwise than the model would have written them: no loss. */
  rewrittenTurns: number;
}

export const MAX_RENDERED_CHARS = 4_000_000;
/** Shorter ones also stand in what templates write around them ("user"): then the whole turn has their name. */
const MIN_FOUND_CHARS = 12;

export interface ConversationRenderer {
  /** Throws what the template throws, and when its text is longer than MAX_RENDERED_CHARS. */
  render(messages: readonly ChatMessage[], asksForAnswer?: boolean): string;
  renderWithSpans(messages: readonly ChatMessage[]): RenderedChat;
}

/**
 * The assistant's turns are those in `{% generation %}` where the template has that (transformers' notation). Else a turn
 * begins where the text that asks for it ends, and ends where the text of the conversation so far ends, both of which must
 * be beginnings of the whole text. A template may write earlier turns otherwise than the last one (some leave out what the
 * model thought): those don't stand in the text as the model would write them, and get no loss.
 * Throws when the template has a fault.
 */
export function createConversationRenderer(source: string, tokens: Record<string, string>): ConversationRenderer {
  const plain = new Template(source);
  const marked = markGenerations(source);
  const markedTemplate = marked === null ? null : new Template(marked.source);
  const renderBy = (template: Template, messages: readonly ChatMessage[], asksForAnswer: boolean): string => {
    const text = template.render({
      ...tokens,
      messages: messages.map((message) => ({ ...message })),
      add_generation_prompt: asksForAnswer,
      tools: null,
      documents: null,
      // Templates that can do without the day do so: blocks should not depend on it.
      ...(/strftime_now\s+is\s+defined/.test(source) ? { strftime_now: undefined } : {}),
    });
    if (text.length > MAX_RENDERED_CHARS) throw new Error(`its text has more than ${MAX_RENDERED_CHARS} characters`);
    return text;
  };
  const render: ConversationRenderer["render"] = (messages, asksForAnswer = false) =>
    renderBy(plain, messages, asksForAnswer);
  return {
    render,
    renderWithSpans(messages) {
      const text = render(messages);
      const begin = createBeginnings(render, messages);
      const borders = bordersOf(begin, messages, text);
      const roles = messages.map((message, i) =>
        spanOfContent(text, message, borders[i] as number, borders[i + 1] as number),
      );
      const generated =
        markedTemplate !== null && marked !== null
          ? marked.spansOf(renderBy(markedTemplate, messages, false), text)
          : null;
      if (generated !== null) return { text, spans: layOver(roles, generated), rewrittenTurns: 0 };
      const turns = messages
        .map((_, i) => i)
        .filter((i) => messages[i]?.role === "assistant" && messages[i]?.content.trim() !== "")
        .map((i) => spanOfTurn(begin, i, i + 1 === messages.length, text, tokens["eos_token"] ?? ""));
      const found = turns.filter((turn) => turn !== null);
      return { text, spans: layOver(roles, found), rewrittenTurns: turns.length - found.length };
    },
  };
}

const NEXT_TURN: ChatMessage = { role: "user", content: "Go on." };

/** The text of the first i messages (one more than there are: another of the user), or null where the template can't write so few. */
type Begin = (i: number, asksForAnswer: boolean) => string | null;
type Range = readonly [start: number, end: number];

/** How far the text of the first i messages is a beginning of the whole; where a template can't write so few, what is known from before. */
function bordersOf(begin: Begin, messages: readonly ChatMessage[], text: string): number[] {
  const borders = [0];
  for (let i = 1; i < messages.length; i++) {
    const part = begin(i, false);
    borders.push(part === null ? (borders.at(-1) as number) : Math.max(borders.at(-1) as number, common(part, text)));
  }
  borders.push(text.length);
  return borders;
}

/** Message i, from where the text asks for it; null where the whole text does not have it as it was then. */
function spanOfTurn(begin: Begin, i: number, isLast: boolean, text: string, eosToken: string): Range | null {
  const [before, asked] = [begin(i, false), begin(i, true)];
  if (asked === null) return null;
  const start = common(asked, text);
  if (before !== null && start < (commonEnd(before, text, eosToken) ?? 0)) return null;
  // With a turn after it, what a template writes at the end of a conversation is told from what ends a turn.
  const next = isLast ? begin(i + 2, false) : null;
  const end = isLast
    ? ((next === null ? null : commonEnd(text, next, eosToken)) ?? text.length)
    : commonEnd(begin(i + 1, false) ?? "", text, eosToken);
  if (end === null || end <= start) return null;
  // What comes after the mark that ends a turn is not the model's any more.
  return [start, start + text.slice(start, end).trimEnd().length];
}

/** Length of `a` where `b` begins with it: all of it, or without the end-of-text token at its end. Null where it does not. */
function commonEnd(a: string, b: string, eosToken: string): number | null {
  if (b.startsWith(a)) return a.length;
  if (eosToken === "" || !a.endsWith(eosToken)) return null;
  const without = a.slice(0, -eosToken.length);
  return b.startsWith(without) ? without.length : null;
}

function createBeginnings(render: ConversationRenderer["render"], messages: readonly ChatMessage[]): Begin {
  const known = new Map<string, string | null>();
  return (i, asksForAnswer) => {
    const key = `${i} ${asksForAnswer}`;
    let text = known.get(key);
    if (text !== undefined) return text;
    try {
      text = render([...messages, NEXT_TURN].slice(0, i), asksForAnswer);
    } catch {
      text = null;
    }
    known.set(key, text);
    return text;
  };
}

/** Length of what two texts have in common at their beginnings; never half a character. */
function common(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  let at = 0;
  while (at < length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  const last = at > 0 ? b.charCodeAt(at - 1) : 0;
  return at < b.length && last >= 0xd800 && last <= 0xdbff ? at - 1 : at;
}

function spanOfContent(text: string, { role, content }: ChatMessage, from: number, to: number): ChatSpan {
  const wanted = content.trim();
  const at = wanted.length < MIN_FOUND_CHARS ? -1 : text.slice(from, to).indexOf(wanted);
  return at === -1
    ? { start: from, end: to, part: role, hasLoss: false }
    : { start: from + at, end: from + at + wanted.length, part: role, hasLoss: false };
}

/** Names by role, and over them what gets loss, which is the assistant's whatever the names say. */
function layOver(roles: readonly ChatSpan[], learned: readonly Range[]): ChatSpan[] {
  const spans: ChatSpan[] = learned.map(([start, end]) => ({ start, end, part: "assistant", hasLoss: true }));
  for (const role of roles) {
    let start = role.start;
    for (const [from, to] of learned) {
      if (to <= start || from >= role.end) continue;
      if (from > start) spans.push({ ...role, start, end: from });
      start = to;
    }
    if (role.end > start) spans.push({ ...role, start });
  }
  return spans.filter(({ start, end }) => end > start).toSorted((a, b) => a.start - b.start);
}
