/** @file Functions of a source file as pairs: what stands before the body is the prompt, the body is learned. */
import type { Node, Tree } from "web-tree-sitter";
import { findGrammar } from "../syntax/grammars";

export interface FunctionPair {
  /** Whole lines from the doc comment or the signature on, up to where the body begins. */
  prompt: string;
  /** The body to its end; prompt and text together are what stands in the file. */
  text: string;
}

/** Languages whose functions have a body in braces, or Python's. Where doc comments are marked, others don't count. */
const DOC_COMMENTS: Record<string, RegExp> = {
  python: /^$/,
  javascript: /^\/\*\*/,
  typescript: /^\/\*\*/,
  java: /^\/\*\*/,
  rust: /^(\/\/\/|\/\*\*)/,
  go: /^(\/\/|\/\*)/,
  "c#": /^(\/\/\/|\/\*\*)/,
  c: /^(\/\*[*!]|\/\/[/!])/,
  "c++": /^(\/\*[*!]|\/\/[/!])/,
  php: /^\/\*\*/,
};

/** A body of less says too little to learn from. */
const MIN_BODY_CHARS = 8;

/** What belongs to a function and stands around it. */
const WRAPPERS = new Set([
  "decorated_definition",
  "export_statement",
  "lexical_declaration",
  "variable_declaration",
  "variable_declarator",
  "template_declaration",
]);
/** Functions without a name of their own: they count where something has their value. */
const VALUES = new Set(["arrow_function", "function_expression"]);
/** Between a doc comment and its function. */
const BETWEEN = new Set(["attribute_item", "attribute_list"]);

export const hasFunctionPairs = (language: string): boolean => Object.hasOwn(DOC_COMMENTS, language);

/**
 * The outermost functions and methods with a body, in order. "docstring": those with a doc comment (in Python: a
 * docstring), which is in the prompt. "signature": all; the prompt begins with the signature.
 */
export function functionPairs(
  tree: Tree,
  { text, language, name }: { text: string; language: string; name: string },
  kind: "docstring" | "signature",
): FunctionPair[] {
  const functions = new Set(findGrammar(language, name)?.functions);
  const isDoc = DOC_COMMENTS[language];
  if (isDoc === undefined) return [];
  const pairs: FunctionPair[] = [];
  const visit = (node: Node): void => {
    for (const child of node.namedChildren) {
      if (child === null) continue;
      const pair = functions.has(child.type) && !child.hasError ? pairOf(child, text, language, kind, isDoc) : null;
      if (pair !== null) pairs.push(pair);
      // The functions of a class are in its body; those inside a function are part of that.
      else if (!functions.has(child.type) || VALUES.has(child.type)) visit(child);
    }
  };
  visit(tree.rootNode);
  return pairs;
}

function pairOf(node: Node, text: string, language: string, kind: string, isDoc: RegExp): FunctionPair | null {
  const body = node.childForFieldName("body");
  if (body === null) return null;
  const whole = wrapped(node);
  if (VALUES.has(node.type) && whole === node) return null;
  const isBraced = text[body.startIndex] === "{";
  if (!isBraced && language !== "python") return null;
  let start = whole.startIndex;
  let bodyStart = isBraced ? body.startIndex + 1 : afterColon(text, node, body);
  if (kind === "docstring") {
    if (language === "python") {
      const docstring = body.namedChildren[0];
      const string = docstring?.type === "expression_statement" ? docstring.namedChildren[0] : docstring;
      if (docstring === undefined || docstring === null || string?.type !== "string") return null;
      bodyStart = docstring.endIndex;
    } else {
      const comment = docCommentStart(whole, text, isDoc);
      if (comment === null) return null;
      start = comment;
    }
  }
  const learned = text.slice(bodyStart, body.endIndex);
  if (learned.replace(/}\s*$/, "").trim().length < MIN_BODY_CHARS) return null;
  return { prompt: text.slice(lineStart(text, start), bodyStart), text: learned };
}

/** `export`, decorators, `const name =` and the like belong to it. */
function wrapped(node: Node): Node {
  let whole = node;
  while (whole.parent !== null && WRAPPERS.has(whole.parent.type)) whole = whole.parent;
  return whole;
}

/** Python's body begins with its first statement; the line break before it, and a comment, come after the colon. */
function afterColon(text: string, node: Node, body: Node): number {
  const colon = node.children.find(
    (child) => child !== null && child.type === ":" && child.startIndex < body.startIndex,
  );
  return colon?.endIndex ?? text.slice(0, body.startIndex).trimEnd().length;
}

/** Of the comments right above it, without an empty line between; null where the nearest is no doc comment. */
function docCommentStart(node: Node, text: string, isDoc: RegExp): number | null {
  let start: number | null = null;
  let below = node.startIndex;
  for (let above = node.previousNamedSibling; above !== null; above = above.previousNamedSibling) {
    const isComment = above.type.includes("comment");
    if (!isComment && !BETWEEN.has(above.type)) break;
    const written = above.text.trimEnd();
    const gap = text.slice(above.startIndex + written.length, below);
    if (gap.trim() !== "" || (gap.match(/\n/g)?.length ?? 0) > 1) break;
    below = above.startIndex;
    if (!isComment) continue;
    if (!isDoc.test(written)) break;
    start = above.startIndex;
  }
  return start;
}

/** Where only spaces stand before it in its line, the line's beginning. */
function lineStart(text: string, at: number): number {
  const start = text.lastIndexOf("\n", at - 1) + 1;
  return text.slice(start, at).trim() === "" ? start : at;
}
