/** @file Pre-tokenizers of tokenizer files: where words begin and end, as Python's `tokenizers` cuts them. */
import { isComponent, isPattern } from "./compile-normalizer";
import { compileSplitPattern } from "./compile-split-pattern";
import type { TokenizerComponent } from "./tokenizer-file";

type Component = NonNullable<TokenizerComponent>;
/** `isFirst`: the piece begins where the text begins. */
type Visit = (word: string, isFirst: boolean) => void;
type Step = (text: string, isFirst: boolean, visit: Visit) => void;
type Behavior = "Isolated" | "Removed" | "MergedWithPrevious" | "MergedWithNext" | "Contiguous";

/** The pattern built into the ByteLevel pre-tokenizer, from GPT-2. */
const GPT2_PATTERN = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
/** As Rust's char::is_ascii_punctuation and the Unicode class P. */
const PUNCTUATION = "[!-/:-@\\[-`{-~\\p{P}]";
/** What Rust's regular expressions take for a word's character. */
const WORD = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\u200c\u200d";
const BEHAVIORS: readonly unknown[] = ["Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"];
const MAX_DEPTH = 20;

export interface PreTokenizer {
  /** Words are written in the byte alphabet: the model works on bytes. */
  isByteLevel: boolean;
  /** Calls `visit` with each word, none of them empty. */
  eachWord(text: string, visit: (word: string) => void, isFirst?: boolean): void;
}

/** Undefined for a kind that is not handled here. Errors: `invalid_input` for a pattern that can't be used. */
export function compilePreTokenizer(component: TokenizerComponent, fileName: string): PreTokenizer | undefined {
  const components = component === null ? [] : flatten(component, 0);
  if (components === undefined) return undefined;
  const at = components.findIndex(({ type }) => type === "ByteLevel");
  // After it the words are in the byte alphabet, which nothing else is known to cut.
  if (at >= 0 && at !== components.length - 1) return undefined;
  const steps: Step[] = [];
  for (const part of components) {
    const made = compile(part, fileName);
    if (made === undefined) return undefined;
    steps.push(...made);
  }
  return { isByteLevel: at >= 0, eachWord: chain(steps) };
}

function flatten(component: Component, depth: number): Component[] | undefined {
  if (component.type !== "Sequence") return [component];
  const parts = component.pretokenizers;
  if (depth > MAX_DEPTH || !Array.isArray(parts) || !parts.every(isComponent)) return undefined;
  const all = parts.map((part) => flatten(part, depth + 1));
  return all.some((part) => part === undefined) ? undefined : (all as Component[][]).flat();
}

function chain(steps: readonly Step[]): PreTokenizer["eachWord"] {
  const [first, second] = steps;
  if (first === undefined)
    return (text, visit) => {
      if (text !== "") visit(text);
    };
  if (second === undefined) return (text, visit, isFirst = true) => first(text, isFirst, visit);
  const rest = chain(steps.slice(1));
  return (text, visit, isFirst = true) => first(text, isFirst, (word, isWordFirst) => rest(word, visit, isWordFirst));
}

function compile(part: Component, fileName: string): Step[] | undefined {
  const byPattern = (Regex: string, behavior: Behavior, isInverted = false) =>
    split(compileSplitPattern({ Regex }, fileName), behavior, isInverted);
  switch (part.type) {
    case "ByteLevel": {
      const steps = part.use_regex === false ? [] : [byPattern(GPT2_PATTERN, "Isolated")];
      return part.add_prefix_space === true ? [prefixSpace, ...steps] : steps;
    }
    case "Split": {
      const { pattern, behavior, invert } = part;
      if (!isPattern(pattern) || !BEHAVIORS.includes(behavior)) return undefined;
      if ("String" in pattern && pattern.String === "") return undefined;
      return [split(compileSplitPattern(pattern, fileName), behavior as Behavior, invert === true)];
    }
    case "Digits":
      return [byPattern(part.individual_digits === true ? "\\p{N}" : "\\p{N}+", "Isolated")];
    case "Whitespace":
      return [byPattern(`[${WORD}]+|[^${WORD}\\s]+`, "Removed", true)];
    case "WhitespaceSplit":
      return [byPattern("\\s+", "Removed")];
    case "Punctuation":
      return BEHAVIORS.includes(part.behavior ?? "Isolated")
        ? [byPattern(PUNCTUATION, (part.behavior ?? "Isolated") as Behavior)]
        : undefined;
    case "BertPreTokenizer":
      return [byPattern("\\s+", "Removed"), byPattern(PUNCTUATION, "Isolated")];
    case "Metaspace":
      return metaspace(part);
    default:
      return undefined;
  }
}

const prefixSpace: Step = (text, isFirst, visit) => visit(text.startsWith(" ") ? text : ` ${text}`, isFirst);

function metaspace(part: Component): Step[] | undefined {
  const mark = part["replacement"] ?? "▁";
  const scheme = part["prepend_scheme"] ?? (part["add_prefix_space"] === false ? "never" : "always");
  if (typeof mark !== "string" || mark === "") return undefined;
  const replace: Step = (text, isFirst, visit) => {
    const marked = text.replaceAll(" ", mark);
    const isPrefixed = (scheme === "always" || (scheme === "first" && isFirst)) && !marked.startsWith(mark);
    visit(isPrefixed ? mark + marked : marked, isFirst);
  };
  if (part["split"] === false) return [replace];
  return [replace, split(new RegExp(mark.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"), "gu"), "MergedWithNext", false)];
}

/** Cuts at the matches of a pattern; `isInverted` takes what lies between them for the matches. */
function split(pattern: RegExp, behavior: Behavior, isInverted: boolean): Step {
  if (behavior === "Isolated" || (behavior === "Removed" && isInverted)) {
    const keepsBetween = behavior === "Isolated";
    return (text, isFirst, visit) => {
      let end = 0;
      pattern.lastIndex = 0;
      for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
        const { index } = match;
        const word = match[0];
        if (keepsBetween && index > end) visit(text.slice(end, index), isFirst && end === 0);
        end = index + word.length;
        if (word === "") pattern.lastIndex += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
        else visit(word, isFirst && index === 0);
      }
      if (keepsBetween && end < text.length) visit(text.slice(end), isFirst && end === 0);
    };
  }
  return (text, isFirst, visit) => {
    let waiting = 0;
    let wasMatch = false;
    let isSome = false;
    const cut = (at: number) => {
      if (at > waiting) visit(text.slice(waiting, at), isFirst && waiting === 0);
      waiting = at;
    };
    const piece = (start: number, end: number, isBetween: boolean) => {
      if (end === start) return;
      const isMatch = isBetween === isInverted;
      if (behavior === "Removed") {
        if (!isMatch) visit(text.slice(start, end), isFirst && start === 0);
      } else if (behavior === "MergedWithPrevious") {
        // A second match in a row begins a word of its own, which only holds itself.
        if (!isMatch || wasMatch) cut(start);
      } else if (behavior === "MergedWithNext") {
        if (isMatch || !wasMatch) cut(start);
      } else if (isSome && isMatch !== wasMatch) {
        cut(start);
      }
      wasMatch = isMatch;
      isSome = true;
    };
    let end = 0;
    for (const match of text.matchAll(pattern)) {
      if (match[0] === "") continue;
      piece(end, match.index, true);
      end = match.index + match[0].length;
      piece(match.index, end, false);
    }
    piece(end, text.length, true);
    if (behavior !== "Removed") cut(text.length);
  };
}
