/** @file Whether a file is source that a person wrote, and in which language. Nothing is cut out of files that stay. */
import { gzipSync } from "node:zlib";

const LANGUAGES: Record<string, string> = {
  ts: "typescript",
  tsx: "typescript",
  mts: "typescript",
  cts: "typescript",
  js: "javascript",
  jsx: "javascript",
  mjs: "javascript",
  py: "python",
};

const MAX_BYTES = 200 * 1024;
const MIN_BYTES = 200;
const MAX_LINE = 1000;

/** Language by file name, or null for what the corpus does not hold (declarations, minified files, other languages). */
export function findLanguage(path: string): string | null {
  if (/\.d\.[cm]?ts$|\.min\.|\.bundle\.|-bundle\./.test(path)) return null;
  return LANGUAGES[path.slice(path.lastIndexOf(".") + 1)] ?? null;
}

export const isTestPath = (path: string): boolean =>
  /(^|\/)(tests?|__tests__|spec|testing|__mocks__|fixtures)\/|[._-](test|tests|spec)\.[cm]?[jt]sx?$|(^|\/)(test_[^/]*|[^/]*_test|conftest)\.py$/.test(
    path,
  );

const VENDORED =
  /(^|\/)(node_modules|vendor|_vendor|third_party|thirdparty|externals?|extern|dist|build|locales?|i18n|i18n-locales|migrations)\//i;
const GENERATED =
  /@generated|auto-?generated|automatically generated|generated (by|from|file)|code generated|do not (edit|modify)|machine generated/i;
const COMPILED =
  /sourceMappingURL=|__esModule|__webpack_require__|^var __(awaiter|create|defProp|decorate)|_interopRequire|tslib_1/m;

/** The reason to leave a file out, or null to keep it. `bytes` is the file's raw content. */
export function findReasonToSkip(path: string, bytes: Buffer): string | null {
  if (VENDORED.test(path)) return "vendored, built or translated";
  if (bytes.length > MAX_BYTES) return "over 200 KB";
  if (bytes.length < MIN_BYTES) return "under 200 bytes";
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return "not UTF-8";
  }
  if (text.includes("\0")) return "binary";
  const lines = text.split("\n");
  if (lines.some((line) => line.length > MAX_LINE)) return "line over 1000 characters";
  if (text.length / lines.length > 90) return "minified or a table";
  if (GENERATED.test(text.slice(0, 1500))) return "generated";
  if (COMPILED.test(text)) return "compiled";
  const letters = text.match(/[a-zA-Z]/g)?.length ?? 0;
  const digits = text.match(/[0-9]/g)?.length ?? 0;
  if (letters < text.length * 0.35 || digits > text.length * 0.12) return "a data table";
  const ascii = bytes.reduce((count, byte) => count + (byte < 128 ? 1 : 0), 0);
  if (ascii < bytes.length * 0.97) return "mostly not English or code";
  // Source compresses to 20–40 % of its size; a fifth of that is a table or a repeated pattern.
  if (bytes.length > 4000 && gzipSync(bytes).length < bytes.length * 0.1) return "repetitive";
  return null;
}
