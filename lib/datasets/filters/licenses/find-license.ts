/** @file Which licence a file or a repository states, as an SPDX expression (SPDX specification 2.3, annex D). */
import { posix } from "node:path";
import parseExpression from "spdx-expression-parse";
import { matchLicensePhrase, normalizeLicenseText } from "./license-phrases";

const HEAD_CHARS = 6_000;
const MAX_LICENSE_CHARS = 60_000;
const IDENTIFIER = /SPDX-License-Identifier:[ \t]*([A-Za-z0-9.+() -]{2,200}?)[ \t]*(?:\*\/|-->|"|'|$)/m;

/** Null for what is no SPDX expression. */
export function findExpression(text: string): string | null {
  const trimmed = text.trim();
  try {
    parseExpression(trimmed);
    return trimmed;
  } catch {
    return null;
  }
}

/** What the head of a source file says; null when it says nothing. */
export function findFileLicense(text: string): string | null {
  const head = text.slice(0, HEAD_CHARS);
  const stated = IDENTIFIER.exec(head)?.[1];
  const expression = stated === undefined ? null : findExpression(stated);
  if (expression !== null) return expression;
  return /licen[sc]e|permission|redistribution/i.test(head) ? matchLicensePhrase(normalizeLicenseText(head)) : null;
}

const LICENSE_FILE = /^(?:un)?licen[sc]e|^copying|^copyright$/i;
const isManifest = (name: string) =>
  /^(?:package\.json|pyproject\.toml|cargo\.toml|composer\.json|setup\.cfg)$/i.test(name);

/** Whether findRepositoryLicense reads a file of this path: those in the topmost folder only. */
export const isLicenseSource = (path: string): boolean =>
  !path.includes("/") && (LICENSE_FILE.test(path) || isManifest(path));

/**
 * What a repository says of itself: its manifest's expression, else the texts of its licence files, several joined with
 * OR when the manifest is silent, as projects under two licences ship both. Null when it says nothing known.
 */
export function findRepositoryLicense(files: readonly { name: string; text: string }[]): string | null {
  for (const { name, text } of files) {
    const stated = isManifest(posix.basename(name)) ? manifestLicense(name, text) : null;
    if (stated !== null) return stated;
  }
  const found = new Set<string>();
  for (const { name, text } of files) {
    if (!LICENSE_FILE.test(posix.basename(name))) continue;
    const license = matchLicensePhrase(normalizeLicenseText(text.slice(0, MAX_LICENSE_CHARS)));
    if (license !== null) found.add(license);
  }
  return found.size === 0 ? null : [...found].sort().join(" OR ");
}

function manifestLicense(name: string, text: string): string | null {
  if (name.toLowerCase().endsWith(".json")) {
    try {
      const { license } = JSON.parse(text) as { license?: unknown };
      return typeof license === "string" ? findExpression(license) : null;
    } catch {
      return null;
    }
  }
  // `license = "MIT"`, `license = {text = "MIT"}` or `license = MIT`.
  const stated = /^\s*license\s*=\s*(?:\{\s*text\s*=\s*)?["']?([^"'\n}]{2,200}?)["']?\s*\}?\s*$/m.exec(text)?.[1];
  return stated === undefined ? null : findExpression(stated);
}

/**
 * Whether an expression can be fulfilled with the allowed licences: one side of every OR, both sides of every AND.
 * GPL-2.0 allows GPL-2.0-only and -or-later too.
 */
export function isLicenseAllowed(expression: string, allowed: readonly string[]): boolean {
  const family = (license: string) => license.toLowerCase().replace(/-(?:only|or-later)$|\+$/, "");
  const names = new Set(allowed.map(family));
  const isAllowed = (node: ReturnType<typeof parseExpression>): boolean => {
    if (!("conjunction" in node)) return names.has(family(node.license));
    const sides = [isAllowed(node.left), isAllowed(node.right)];
    return node.conjunction === "or" ? sides.includes(true) : !sides.includes(false);
  };
  try {
    return isAllowed(parseExpression(expression));
  } catch {
    return names.has(family(expression));
  }
}
