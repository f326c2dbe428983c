/**
 * @file Amphigory: nonsense that parses. Names, expressions and statements of a file are exchanged for others of the same
 * kind, from files of the same language of the same dataset; what does not parse afterwards is not used.
 */
import type { Node } from "web-tree-sitter";
import type { DatasetDocument } from "@/lib/contracts/dataset";
import { createRandom } from "../create-random";
import type { SourceParser } from "../syntax/parse-source";

/** Of each language and kind of node. */
const MAX_POOL = 400;
const MAX_NODE_CHARS = 200;
const MAX_DOCUMENT_CHARS = 200_000;
/** Share of nodes exchanged: less at each attempt, since a long file with many exchanges may not parse. */
const ATTEMPTS = [0.3, 0.15, 0.05];

export interface Amphigory {
  /** A document made from this one, or null: not drawn, no grammar, or nothing that parses. Learns its nodes for others. */
  of(document: DatasetDocument): DatasetDocument | null;
}

/** Depends on the seed and on the documents in their order. @param ratio share of the documents that one is made from */
export function createAmphigory({
  parser,
  ratio,
  seed,
}: {
  parser: SourceParser;
  ratio: number;
  seed: number;
}): Amphigory {
  const pools = new Map<string, Pool>();
  return {
    of(document) {
      const { name, language, text } = document;
      if (document.prompt || document.messages || text.length > MAX_DOCUMENT_CHARS) return null;
      const random = createRandom(seed, "amphigory", name);
      const pool = pools.get(language) ?? new Pool();
      pools.set(language, pool);
      const nodes = parser.parse(document, (tree) => (tree.rootNode.hasError ? null : listNodes(tree.rootNode, text)));
      if (nodes === null || nodes.length === 0) return null;
      for (const node of nodes) pool.add(node.type, text.slice(node.start, node.end), random);
      if (random() >= ratio) return null;
      for (const share of ATTEMPTS) {
        const made = exchange(text, nodes, pool, share, random);
        const isValid = parser.parse({ text: made, language, name }, (tree) => !tree.rootNode.hasError) ?? false;
        if (isValid && made !== text) return { ...document, name: `amphigory of ${name}`, text: made };
      }
      return null;
    },
  };
}

interface SyntaxNode {
  type: string;
  start: number;
  end: number;
}

/** Named nodes of one line, each before those inside it. Lines keep their indentation, which Python reads. */
function listNodes(root: Node, text: string): SyntaxNode[] {
  const nodes: SyntaxNode[] = [];
  const cursor = root.walk();
  try {
    for (let isDown = cursor.gotoFirstChild(); isDown; ) {
      const { nodeType: type, startIndex: start, endIndex: end, nodeIsNamed } = cursor;
      const isComment = type.includes("comment");
      if (
        nodeIsNamed &&
        !isComment &&
        end > start &&
        end - start <= MAX_NODE_CHARS &&
        !text.slice(start, end).includes("\n")
      )
        nodes.push({ type, start, end });
      if (isComment || !cursor.gotoFirstChild()) {
        while (!cursor.gotoNextSibling()) {
          if (!cursor.gotoParent()) {
            isDown = false;
            break;
          }
        }
      }
    }
  } finally {
    cursor.delete();
  }
  return nodes;
}

function exchange(text: string, nodes: readonly SyntaxNode[], pool: Pool, share: number, random: () => number): string {
  let made = "";
  let at = 0;
  for (const { type, start, end } of nodes) {
    // Inside one that was exchanged.
    if (start < at || random() >= share) continue;
    made += text.slice(at, start) + pool.draw(type, random);
    at = end;
  }
  return made + text.slice(at);
}

/** Texts of nodes by kind; of more than fit, each that was seen is as likely as any other to be there. */
class Pool {
  private readonly kinds = new Map<string, { texts: string[]; seen: number }>();

  add(type: string, text: string, random: () => number): void {
    const kind = this.kinds.get(type) ?? { texts: [], seen: 0 };
    this.kinds.set(type, kind);
    kind.seen++;
    if (kind.texts.length < MAX_POOL) kind.texts.push(text);
    else {
      const place = Math.floor(random() * kind.seen);
      if (place < MAX_POOL) kind.texts[place] = text;
    }
  }

  /** Of a kind that was added. */
  draw(type: string, random: () => number): string {
    const { texts } = this.kinds.get(type) as { texts: string[] };
    return texts[Math.floor(random() * texts.length)] as string;
  }
}
