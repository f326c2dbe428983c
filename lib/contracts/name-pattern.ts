/**
 * @file Patterns of module names, in Python's notation, since PEFT's configurations carry them.
 * JavaScript reads most of Python's notation the same way; what it would read otherwise is translated or refused.
 */

/** \A and \Z are Python's only; JavaScript would read the letters. */
function translate(pattern: string): string {
  return pattern
    .replace(/\\([\s\S])/g, (whole, letter) => (letter === "A" ? "^" : letter === "Z" ? "$" : whole))
    .replaceAll("(?P<", "(?<")
    .replace(/\(\?P=(\w+)\)/g, "\\k<$1>")
    .replace(/\{,(\d+)\}/g, "{0,$1}");
}

/** @throws SyntaxError when it is no pattern */
const compile = (pattern: string, before: string, after: string): RegExp =>
  new RegExp(`${before}(?:${translate(pattern)})${after}`);

/** What is wrong with a pattern, or null. */
export function patternProblem(pattern: string): string | null {
  try {
    compile(pattern, "^", "$");
    return null;
  } catch {
    return `${JSON.stringify(pattern)} is not a regular expression`;
  }
}

/** The pattern matches the whole name: Python's `re.fullmatch`. */
export const matchesWhole = (pattern: string, name: string): boolean => compile(pattern, "^", "$").test(name);

/** The pattern matches the end of the name, from a dot on or all of it: how PEFT looks up rank_pattern and alpha_pattern. */
export const matchesEnd = (pattern: string, name: string): boolean => compile(pattern, "^(?:.*\\.)?", "$").test(name);
