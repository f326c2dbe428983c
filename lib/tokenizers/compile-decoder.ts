/** @file Decoders of tokenizer files: from tokens back to text, as Python's `tokenizers` does it. */
import { isComponent, isPattern } from "./compile-normalizer";
import { compileSplitPattern } from "./compile-split-pattern";
import type { TokenizerComponent } from "./tokenizer-file";

type Component = NonNullable<TokenizerComponent>;
type Decode = (tokens: string[]) => string[];

const MAX_DEPTH = 20;
const BYTE_TOKEN = /^<0x([0-9A-Fa-f]{2})>$/;

/** Undefined for a kind that is not handled here; without a decoder tokens are joined by spaces. */
export function compileDecoder(
  component: TokenizerComponent,
  fileName: string,
): ((tokens: string[]) => string) | undefined {
  if (component === null) return (tokens) => tokens.join(" ");
  const decode = compile(component, fileName, 0);
  return decode && ((tokens) => decode(tokens).join(""));
}

function compile(component: Component, fileName: string, depth: number): Decode | undefined {
  if (depth > MAX_DEPTH) return undefined;
  switch (component.type) {
    case "Sequence": {
      const parts = component.decoders;
      if (!Array.isArray(parts) || !parts.every(isComponent)) return undefined;
      const steps = parts.map((part) => compile(part, fileName, depth + 1));
      if (steps.some((step) => step === undefined)) return undefined;
      return (tokens) => (steps as Decode[]).reduce((so, step) => step(so), tokens);
    }
    case "Replace": {
      const { pattern, content } = component;
      if (typeof content !== "string" || !isPattern(pattern)) return undefined;
      if ("String" in pattern) {
        const { String: from } = pattern;
        return from === "" ? undefined : (tokens) => tokens.map((token) => token.replaceAll(from, () => content));
      }
      const regex = compileSplitPattern(pattern, fileName);
      return (tokens) => tokens.map((token) => token.replace(regex, () => content));
    }
    case "ByteFallback":
      return joinBytes;
    case "Fuse":
      return (tokens) => [tokens.join("")];
    case "Strip": {
      const { content, start, stop } = component;
      if (typeof content !== "string" || content.length !== 1) return undefined;
      return (tokens) => tokens.map((token) => strip(token, content, Number(start), Number(stop)));
    }
    case "Metaspace": {
      const mark = component["replacement"] ?? "▁";
      const scheme = component["prepend_scheme"] ?? (component["add_prefix_space"] === false ? "never" : "always");
      if (typeof mark !== "string" || mark === "") return undefined;
      return (tokens) =>
        tokens.map((token, index) =>
          (index === 0 && scheme !== "never" && token.startsWith(mark) ? token.slice(mark.length) : token).replaceAll(
            mark,
            " ",
          ),
        );
    }
    case "WordPiece": {
      const prefix = component["prefix"] ?? "##";
      if (typeof prefix !== "string" || prefix === "") return undefined;
      const isCleaned = component["cleanup"] !== false;
      return (tokens) =>
        tokens.map((token, index) => {
          const text = index === 0 ? token : token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`;
          return isCleaned ? cleanUp(text) : text;
        });
    }
    default:
      return undefined;
  }
}

/** Byte tokens in a row are UTF-8; where they are none, each is U+FFFD. */
function joinBytes(tokens: string[]): string[] {
  const result: string[] = [];
  let bytes: number[] = [];
  const flush = () => {
    if (bytes.length === 0) return;
    const buffer = Buffer.from(bytes);
    const text = buffer.toString("utf8");
    result.push(Buffer.from(text).equals(buffer) ? text : "\ufffd".repeat(bytes.length));
    bytes = [];
  };
  for (const token of tokens) {
    const byte = BYTE_TOKEN.exec(token)?.[1];
    if (byte !== undefined) bytes.push(Number.parseInt(byte, 16));
    else {
      flush();
      result.push(token);
    }
  }
  flush();
  return result;
}

function strip(token: string, content: string, start: number, stop: number): string {
  let from = 0;
  while (from < start && token.charAt(from) === content) from++;
  let to = token.length;
  while (token.length - to < stop && to > from && token.charAt(to - 1) === content) to--;
  return token.slice(from, to);
}

function cleanUp(text: string): string {
  return text
    .replaceAll(" .", ".")
    .replaceAll(" ?", "?")
    .replaceAll(" !", "!")
    .replaceAll(" ,", ",")
    .replaceAll(" ' ", "'")
    .replaceAll(" n't", "n't")
    .replaceAll(" 'm", "'m")
    .replaceAll(" do not", " don't")
    .replaceAll(" 's", "'s")
    .replaceAll(" 've", "'ve")
    .replaceAll(" 're", "'re");
}
