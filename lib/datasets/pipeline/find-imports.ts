/** @file Which modules a source file imports, as it writes them. Cheap patterns: they only order files. */

const PATTERNS: Record<string, RegExp> = {
  javascript:
    /\b(?:import|export)\b[^"'`;]{0,2000}?["']([^"'\n]{1,300})["']|\brequire\(\s*["']([^"'\n]{1,300})["']\s*\)/g,
  python: /^[ \t]{0,40}(?:from[ \t]+([.\w]{1,300})[ \t]+import\b|import[ \t]+([.\w]{1,300}))/gm,
  c: /^[ \t]{0,40}#[ \t]{0,9}include[ \t]{0,9}"([^"\n]{1,300})"/gm,
  java: /^[ \t]{0,9}import[ \t]+(?:static[ \t]+)?([\w.]{1,300})[ \t]{0,9};/gm,
  rust: /^[ \t]{0,40}(?:pub[ \t]+)?(?:mod[ \t]+(\w{1,200})[ \t]{0,9};|use[ \t]+crate::([\w:]{1,300}))/gm,
  ruby: /^[ \t]{0,40}require_relative[ \t(]+["']([^"'\n]{1,300})["']/gm,
  php: /\b(?:require|include)(?:_once)?[ \t(]+(?:__DIR__[ \t]*\.[ \t]*)?["']([^"'\n]{1,300})["']/g,
};
const SAME: Record<string, string> = {
  typescript: "javascript",
  vue: "javascript",
  svelte: "javascript",
  "c++": "c",
  "objective-c": "c",
  cuda: "c",
  kotlin: "java",
  scala: "java",
};
const MAX_IMPORTS = 200;

export function findImports(text: string, language: string): string[] {
  const pattern = PATTERNS[SAME[language] ?? language];
  if (pattern === undefined) return [];
  const found = new Set<string>();
  for (const [, first, second] of text.matchAll(pattern)) {
    found.add((first ?? second) as string);
    if (found.size === MAX_IMPORTS) break;
  }
  return [...found];
}
