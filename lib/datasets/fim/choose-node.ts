import type { Tree } from "web-tree-sitter";
import type { Span } from "./choose-span";
import { isBorder } from "./is-border";

/** One character that stands alone is no gap worth filling. */
const MIN_CHARS = 2;

/**
 * A function that chooses a node of the tree for the middle: of those around a place in text[start … end), each place as
 * likely as any other, one of the nodes that lie inside, small and large alike. Null where there is none.
 */
export function createNodeChooser(tree: Tree, text: string) {
  return (start: number, end: number, random: () => number): Span | null => {
    const place = start + Math.floor(random() * (end - start));
    const around: Span[] = [];
    let node = tree.rootNode.namedDescendantForIndex(place);
    while (node !== null && node.startIndex >= start && node.endIndex <= end) {
      const { startIndex, endIndex } = node;
      const isWhole = startIndex === start && endIndex === end;
      const last = around.at(-1);
      const isNew = last === undefined || last[0] !== startIndex || last[1] !== endIndex;
      if (
        isNew &&
        !isWhole &&
        endIndex - startIndex >= MIN_CHARS &&
        isBorder(text, startIndex) &&
        isBorder(text, endIndex)
      )
        around.push([startIndex, endIndex]);
      node = node.parent;
      // The root is the file itself.
      if (node?.parent === null) break;
    }
    return around[Math.floor(random() * around.length)] ?? null;
  };
}
