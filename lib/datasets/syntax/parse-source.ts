/** @file Syntax trees of source code, by tree-sitter compiled to WebAssembly: no compiler, any platform, any thread. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Language, Parser, type Tree } from "web-tree-sitter";
import { findInstalledFolder } from "./find-installed-folder";
import { findGrammar, GRAMMARS } from "./grammars";

/** Offsets of nodes count UTF-16 code units, as JavaScript's strings do. */
export interface SourceParser {
  /**
   * What `use` makes of the tree, which is freed afterwards; null where there is no grammar for the language, or where
   * the text is very long or parsing takes longer than a file is worth.
   */
  parse<T>(source: { text: string; language: string; name: string }, use: (tree: Tree) => T): T | null;
}

const MAX_PARSE_MS = 3_000;
/** A tree takes a hundred times its text, in memory that is never given back. */
const MAX_CHARS = 400_000;
/** WebAssembly never gives memory back to the system, but a new parser uses the old one's again. */
const MAX_CHARS_PER_PARSER = 50_000_000;

let opening: Promise<SourceParser> | undefined;

/** One for each thread; all grammars are read once. */
export function openSourceParser(): Promise<SourceParser> {
  opening ??= open();
  return opening;
}

async function open(): Promise<SourceParser> {
  const folder = findInstalledFolder("@vscode/tree-sitter-wasm/wasm");
  await Parser.init();
  const languages = new Map<string, Language>();
  for (const file of new Set(Object.values(GRAMMARS).map((grammar) => grammar.file)))
    languages.set(file, await Language.load(await readFile(join(folder, `tree-sitter-${file}.wasm`))));
  let parser = new Parser();
  let parsedChars = 0;
  return {
    parse({ text, language, name }, use) {
      const file = findGrammar(language, name)?.file;
      const grammar = file === undefined ? undefined : languages.get(file);
      if (grammar === undefined || text.length > MAX_CHARS) return null;
      if (parsedChars > MAX_CHARS_PER_PARSER) {
        parser.delete();
        parser = new Parser();
        parsedChars = 0;
      }
      parsedChars += text.length;
      parser.setLanguage(grammar);
      const deadline = performance.now() + MAX_PARSE_MS;
      const tree = parser.parse(text, null, { progressCallback: () => performance.now() > deadline });
      if (tree === null) {
        // The next text would be taken for the rest of this one.
        parser.reset();
        return null;
      }
      try {
        return use(tree);
      } finally {
        tree.delete();
      }
    },
  };
}
