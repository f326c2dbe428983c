/** @file Normalizers of tokenizer files, as Python's `tokenizers` applies them. */
import { compileSplitPattern, type SplitPattern } from "./compile-split-pattern";
import { normalizeUnicode, removeMarks } from "./normalize-unicode";
import type { TokenizerComponent } from "./tokenizer-file";

export type Normalize = (text: string) => string;
type Component = NonNullable<TokenizerComponent>;

/** Chinese characters as BERT counts them, from its own list of blocks. */
const CHINESE =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu;
const MAX_DEPTH = 20;

export const isComponent = (value: unknown): value is Component =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";

export function isPattern(value: unknown): value is SplitPattern {
  if (typeof value !== "object" || value === null) return false;
  return (
    ("Regex" in value && typeof value.Regex === "string") || ("String" in value && typeof value.String === "string")
  );
}

/** Null for none; undefined for a kind that is not handled here. Errors: `invalid_input` for a pattern that can't be used. */
export function compileNormalizer(component: TokenizerComponent, fileName: string): Normalize | null | undefined {
  return component === null ? null : compile(component, fileName, 0);
}

function compile(component: Component, fileName: string, depth: number): Normalize | null | undefined {
  if (depth > MAX_DEPTH) return undefined;
  switch (component.type) {
    case "Sequence": {
      if (!Array.isArray(component.normalizers) || !component.normalizers.every(isComponent)) return undefined;
      const steps = component.normalizers.map((step) => compile(step, fileName, depth + 1));
      if (steps.some((step) => step === undefined)) return undefined;
      const real = steps.filter((step): step is Normalize => typeof step === "function");
      return real.length === 0 ? null : (text) => real.reduce((so, step) => step(so), text);
    }
    case "NFC":
    case "NFD":
    case "NFKC":
    case "NFKD": {
      const form = component.type;
      return (text) => normalizeUnicode(text, form);
    }
    case "Lowercase":
      return lowercase;
    case "StripAccents":
      return (text) => removeMarks(text, /\p{M}/gu);
    case "Strip": {
      const { strip_left: left, strip_right: right } = component;
      return (text) => {
        const start = left === false ? text : text.replace(/^\p{White_Space}+/u, "");
        return right === false ? start : trimEnd(start);
      };
    }
    case "Prepend": {
      const { prepend } = component;
      return typeof prepend === "string" ? (text) => (text === "" ? "" : prepend + text) : undefined;
    }
    case "Replace": {
      const { pattern, content } = component;
      if (typeof content !== "string" || !isPattern(pattern)) return undefined;
      if ("String" in pattern) {
        const { String: from } = pattern;
        return from === "" ? undefined : (text) => text.replaceAll(from, () => content);
      }
      const regex = compileSplitPattern(pattern, fileName);
      return (text) => text.replace(regex, () => content);
    }
    case "BertNormalizer":
      return bertNormalizer(component);
    default:
      return undefined;
  }
}

/** Character by character, as Rust does it: no rule for a sigma at the end of a word. */
function lowercase(text: string): string {
  const parts = text.split("Σ");
  return parts.map((part) => part.toLowerCase()).join("σ");
}

/** A regular expression for blanks at the end would try at every blank. */
function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && /\p{White_Space}/u.test(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

function bertNormalizer(options: Component): Normalize {
  const isLower = options["lowercase"] !== false;
  const strips = options["strip_accents"] ?? isLower;
  return (text) => {
    let result = text;
    if (options["clean_text"] !== false) {
      result = result
        .replaceAll(/[\0\ufffd]|(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}]/gu, "")
        .replaceAll(/\p{White_Space}/gu, " ");
    }
    if (options["handle_chinese_chars"] !== false) result = result.replaceAll(CHINESE, " $& ");
    if (strips === true) result = removeMarks(normalizeUnicode(result, "NFD"), /\p{Mn}/gu);
    return isLower ? lowercase(result) : result;
  };
}
