/** @file Finding added tokens in a text, as Python's `tokenizers` does: leftmost, of several at one place the longest. */
import type { Normalize } from "./compile-normalizer";
import type { EncodeOptions } from "./tokenizer";
import type { TokenizerFile } from "./tokenizer-file";

type AddedToken = TokenizerFile["addedTokens"][number];

/** Calls `found` with ids and `between` with the texts beside them, in order; `isFirst`: at the text's beginning. */
type SplitAround = (
  text: string,
  isFirst: boolean,
  found: (id: number) => void,
  between: (part: string, isFirst: boolean) => void,
) => void;

interface AddedTokenSplitter {
  /** Tokens looked for in the text as it is. */
  raw: SplitAround;
  /** Tokens looked for after normalization. */
  normalized: SplitAround;
}

export function createAddedTokenSplitters(
  addedTokens: readonly AddedToken[],
  normalize: Normalize | null,
): Record<NonNullable<EncodeOptions["specialTokens"]>, AddedTokenSplitter> {
  const create = (tokens: readonly AddedToken[]): AddedTokenSplitter => {
    const isLate = (token: AddedToken) => normalize !== null && (token.normalized ?? !token.special);
    const late = tokens.filter(isLate).map((token) => ({ ...token, content: normalize?.(token.content) ?? "" }));
    return { raw: createSplit(tokens.filter((token) => !isLate(token))), normalized: createSplit(late) };
  };
  return { parse: create(addedTokens), text: create(addedTokens.filter((token) => !token.special)) };
}

function createSplit(tokens: readonly AddedToken[]): SplitAround {
  const byContent = new Map(tokens.filter(({ content }) => content !== "").map((token) => [token.content, token]));
  if (byContent.size === 0)
    return (text, isFirst, _, between) => {
      if (text !== "") between(text, isFirst);
    };
  const pattern = matchAny([...byContent.keys()]);
  return (text, isFirst, found, between) => {
    let end = 0;
    for (const match of text.matchAll(pattern)) {
      const token = byContent.get(match[0]) as AddedToken;
      let start = match.index;
      let stop = start + match[0].length;
      // What a token before took with it (rstrip) is not there for this one.
      if (start < end) continue;
      if (token.single_word && (isWordChar(text, start - 1) || isWordChar(text, stop))) continue;
      if (token.lstrip) while (start > end && isBlank(text, start - 1)) start--;
      if (token.rstrip) while (stop < text.length && isBlank(text, stop)) stop++;
      if (start > end) between(text.slice(end, start), isFirst && end === 0);
      found(token.id);
      end = stop;
    }
    if (end < text.length) between(end === 0 ? text : text.slice(end), isFirst && end === 0);
  };
}

const isWordChar = (text: string, at: number): boolean => /[\p{L}\p{N}_]/u.test(text.charAt(at));
const isBlank = (text: string, at: number): boolean => /\p{White_Space}/u.test(text.charAt(at));

/** A tree of alternatives by first character: thousands of tokens cost a few steps at each place, not thousands. */
function matchAny(contents: readonly string[]): RegExp {
  const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  const build = (rests: readonly string[]): string => {
    const groups = new Map<string, string[]>();
    let isEnd = false;
    for (const rest of rests) {
      if (rest === "") {
        isEnd = true;
        continue;
      }
      const head = rest.charAt(0);
      const group = groups.get(head);
      if (group === undefined) groups.set(head, [rest.slice(1)]);
      else group.push(rest.slice(1));
    }
    if (groups.size === 0) return "";
    const parts = [...groups].map(([head, tails]) => literal(head) + build(tails));
    const any = parts.length === 1 && !isEnd ? (parts[0] as string) : `(?:${parts.join("|")})`;
    // Greedy: the longer token first.
    return isEnd ? `${any}?` : any;
  };
  // Without the u flag, since tokens are compared by code units.
  return new RegExp(build(contents), "g");
}
