/** @file Which grammar reads which language, and how its nodes are called where others ask for them. */

export interface Grammar {
  /** tree-sitter-<file>.wasm of @vscode/tree-sitter-wasm. */
  file: string;
  /** Nodes that are a function or method; the field "body" of each holds its body. */
  functions: readonly string[];
  classes: readonly string[];
}

const JAVASCRIPT: Omit<Grammar, "file"> = {
  functions: [
    "function_declaration",
    "generator_function_declaration",
    "method_definition",
    "function_expression",
    "arrow_function",
  ],
  classes: ["class_declaration", "class", "abstract_class_declaration"],
};

/** By the names of lib/datasets/languages.ts. The C++ grammar reads C too. */
export const GRAMMARS: Readonly<Record<string, Grammar>> = {
  javascript: { file: "javascript", ...JAVASCRIPT },
  typescript: { file: "typescript", ...JAVASCRIPT },
  tsx: { file: "tsx", ...JAVASCRIPT },
  python: { file: "python", functions: ["function_definition"], classes: ["class_definition"] },
  go: { file: "go", functions: ["function_declaration", "method_declaration"], classes: ["type_declaration"] },
  rust: { file: "rust", functions: ["function_item"], classes: ["impl_item", "struct_item", "trait_item"] },
  java: {
    file: "java",
    functions: ["method_declaration", "constructor_declaration"],
    classes: ["class_declaration", "interface_declaration"],
  },
  "c#": {
    file: "c-sharp",
    functions: ["method_declaration", "constructor_declaration", "local_function_statement"],
    classes: ["class_declaration", "interface_declaration"],
  },
  c: { file: "cpp", functions: ["function_definition"], classes: ["struct_specifier"] },
  "c++": { file: "cpp", functions: ["function_definition"], classes: ["class_specifier", "struct_specifier"] },
  php: { file: "php", functions: ["function_definition", "method_declaration"], classes: ["class_declaration"] },
  ruby: { file: "ruby", functions: ["method", "singleton_method"], classes: ["class", "module"] },
  shell: { file: "bash", functions: ["function_definition"], classes: [] },
  powershell: { file: "powershell", functions: ["function_statement"], classes: ["class_statement"] },
  css: { file: "css", functions: [], classes: [] },
};

/** The grammar for a document; only one of TypeScript's two reads the tags of `.tsx` files. */
export function findGrammar(language: string, name: string): Grammar | null {
  const key = language === "typescript" && /\.tsx$/i.test(name) ? "tsx" : language;
  return Object.hasOwn(GRAMMARS, key) ? (GRAMMARS[key] as Grammar) : null;
}
