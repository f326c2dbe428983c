import type { SourceParser } from "../../syntax/parse-source";

/**
 * Languages whose grammars take nearly every file of theirs that compiles. C and C++ are not among them: macros are no
 * syntax. Neither are TypeScript's declaration files (1 in 20 is called wrong), Cython, nor CSS,
 * whose newest rules the grammar does not know.
 */
const CHECKED = new Set(["javascript", "typescript", "python", "go", "rust", "java", "c#", "php", "ruby"]);

/** The line of the first syntax error from 1, 0 for a text that parses, null where nobody can say. */
export function findSyntaxError(
  parser: SourceParser,
  source: { text: string; language: string; name: string },
): number | null {
  const { text, language, name } = source;
  if (language === "json" && name.endsWith(".json") && !/tsconfig|jsconfig|\.vscode|\.eslintrc/i.test(name))
    return jsonError(text);
  if (!CHECKED.has(language) || /\.(?:d\.[cm]?ts|pyx)$/.test(name)) return null;
  return parser.parse(source, ({ rootNode }) => (rootNode.hasError ? firstError(rootNode) : 0));
}

type Node = Parameters<Parameters<SourceParser["parse"]>[1]>[0]["rootNode"];

/** Goes down to where the tree goes wrong, without building nodes for the rest. */
function firstError(root: Node): number {
  let node = root;
  for (;;) {
    if (node.isError || node.isMissing) return node.startPosition.row + 1;
    const next = node.children.find((child) => child?.hasError || child?.isMissing);
    if (next === undefined || next === null) return node.startPosition.row + 1;
    node = next;
  }
}

function jsonError(text: string): number {
  try {
    JSON.parse(text);
    return 0;
  } catch (error) {
    const at = /position (\d+)/.exec(error instanceof Error ? error.message : "")?.[1];
    return at === undefined ? 1 : text.slice(0, Number(at)).split("\n").length;
  }
}
