/** @file Tokens of a text, and which of them lie in which of its spans. */
import type { Tokenizer } from "@/lib/tokenizers/tokenizer";
import { addRun, type TrainingSample } from "../training-sample";
import type { ChatSpan, RenderedChat } from "./render-conversation";

/**
 * The ids of the whole text. A token that reaches over a border belongs to what it has text of, and loss goes first: as
 * transformers has it, which asks for the token of a span's first and of its last character.
 * @param trainOnInputs everything gets loss
 */
export function tokenizeSpans(
  { text, spans }: RenderedChat,
  tokenizer: Tokenizer,
  trainOnInputs: boolean,
): TrainingSample {
  const whole = tokenizer.encode(text);
  const places = placesOf(text, spans, tokenizer, whole);
  const sample: TrainingSample = { ids: [], runs: [] };
  let at = 0;
  const add = (part: ChatSpan["part"], hasLoss: boolean, end: number) => {
    if (end <= at) return;
    addRun(sample, part, hasLoss || trainOnInputs, whole.slice(at, end));
    at = end;
  };
  for (const [i, span] of spans.entries()) {
    const next = spans[i + 1];
    const start = places[2 * i] as Place;
    const end = places[2 * i + 1] as Place;
    add("template", false, start.token);
    // Over a border to what gets loss the token is left to that.
    const isLeft = !span.hasLoss && (next?.hasLoss ?? false) && next?.start === span.end;
    add(span.part, span.hasLoss, isLeft || end.isExact ? end.token : end.token + 1);
  }
  add("template", false, whole.length);
  return sample;
}

interface Place {
  /** Tokens that end at or before it. */
  token: number;
  /** No token reaches over it. */
  isExact: boolean;
}

/** Of each span's start and end. Most borders lie beside a special token, where texts are tokenized apart anyway. */
function placesOf(text: string, spans: readonly ChatSpan[], tokenizer: Tokenizer, whole: readonly number[]): Place[] {
  const borders = spans.flatMap(({ start, end }) => [start, end]);
  const apart: number[] = [];
  const places: Place[] = [];
  for (const [i, border] of [...borders, text.length].entries()) {
    for (const id of tokenizer.encode(text.slice(borders[i - 1] ?? 0, border))) apart.push(id);
    places.push({ token: apart.length, isExact: true });
  }
  const isSame = apart.length === whole.length && apart.every((id, i) => id === whole[i]);
  return isSame ? places.slice(0, -1) : borders.map((border) => findPlace(text, border, tokenizer, whole));
}

/** By the tokens of what comes before the border, and from where they part ways by what the whole text's tokens spell. */
function findPlace(text: string, border: number, tokenizer: Tokenizer, whole: readonly number[]): Place {
  const before = tokenizer.encode(text.slice(0, border));
  let token = 0;
  while (token < before.length && before[token] === whole[token]) token++;
  if (token === before.length) return { token, isExact: true };
  const lengthOf = (tokens: number) => tokenizer.decode(whole.slice(0, tokens)).length;
  while (token < whole.length && lengthOf(token + 1) <= border) token++;
  return { token, isExact: lengthOf(token) === border };
}
