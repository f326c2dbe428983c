import type { TextHit } from "../text-hit";
import { SECRET_RULES, type SecretRule } from "./secret-rules";

/** Words of placeholders and documentation. */
const PLACEHOLDER =
  /example|sample|placeholder|dummy|changeme|change_me|redacted|your[-_]?|xxxx|0000000|1234567890abcdef|abcdefghijkl|test[-_]?(?:key|token|secret)|<[a-z]/i;

/**
 * Keys, tokens and passwords in a text, in the order of their rules. Linear in the text: patterns have bounded parts and
 * run only where one of their words occurs.
 */
export function findSecrets(text: string): TextHit[] {
  const hits: TextHit[] = [];
  for (const rule of SECRET_RULES) {
    if (!rule.words.some((word) => text.includes(word))) continue;
    for (const match of text.matchAll(rule.pattern)) {
      const secret = match[1] ?? match[0];
      if (!isSecret(rule, secret, match[0])) continue;
      const start = match.index + match[0].lastIndexOf(secret);
      hits.push({ rule: rule.name, start, end: start + secret.length });
    }
  }
  return hits;
}

function isSecret({ name, minEntropy }: SecretRule, secret: string, match: string): boolean {
  if (name === "private-key") return hasKeyBody(secret);
  if (PLACEHOLDER.test(secret)) return false;
  if (minEntropy !== undefined && entropyOf(secret) < minEntropy) return false;
  // Random strings of this length nearly always have letters and digits; identifiers and paths seldom do.
  if (name === "assigned-secret") {
    const groups = [/[a-z]/, /[A-Z]/, /[0-9]/].filter((kind) => kind.test(secret)).length;
    return groups === 3 && !/^[a-z]+(?:[-_.][A-Za-z0-9]+)+$/.test(secret) && !/[a-z]{9,}/.test(secret);
  }
  return !(
    name === "password-in-address" &&
    /^(?:pass(?:word|wd)?|secret|pwd|postgres|admin|root)\d*$/i.test(secret) &&
    match.length < 200
  );
}

/** Base64 between the lines: documentation writes "…" or "MII..." there. */
function hasKeyBody(block: string): boolean {
  const body = block.replace(/-----[A-Z0-9 ]+-----/g, "").replace(/\\[nr]|["'`+,\s]/g, "");
  return body.length >= 64 && /^[A-Za-z0-9+/=:.-]+$/.test(body) && !body.includes("...");
}

/** Shannon entropy in bits per character. */
function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
