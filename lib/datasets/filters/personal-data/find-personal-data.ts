/** @file E-mail addresses, public IP addresses and telephone numbers in a text. Private keys are secrets' business. */
import { isIP } from "node:net";
import type { TextHit } from "../text-hit";

const EMAIL = /[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.){1,5}[A-Za-z]{2,18}\b/g;
/** Reserved for documentation (RFC 2606, RFC 6761), and addresses that are no person's. */
const NO_PERSON =
  /@(?:[a-z0-9.-]*\.)?(?:example\.(?:com|org|net|edu)|example|test|invalid|localhost|domain\.com|email\.com|users\.noreply\.github\.com|schemas?\.[a-z]+)$|^(?:git|noreply|no-reply|user|username|me|you|someone|somebody|foo|bar|name|test|hello|info|support|security|admin|root|nobody|postmaster|webmaster|abuse|contact)@/i;
/** `@2x.png`, `lodash@4.17`, decorators: what comes after the dot is a file's ending. */
const FILE_ENDING =
  /\.(?:png|jpe?g|gif|svg|webp|js|mjs|cjs|ts|tsx|jsx|css|scss|json|py|rb|go|rs|java|html?|md|txt|map|lock|so|dll|zip|gz)$/i;
const IPV4 = /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])/g;
/** Global unicast only (2000::/3, RFC 4291); whether it is an address, with or without `::`, is asked afterwards. */
const IPV6 = /(?<![\w:.])[23][0-9A-Fa-f]{3}:(?:[0-9A-Fa-f]{0,4}:){1,6}[0-9A-Fa-f]{0,4}(?![\w:.])/g;
/** With a country code and separators: other numbers are too often just numbers. */
const PHONE =
  /(?<![\w+])\+(?:1[ .-]\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}|[2-9]\d{0,2}[ .-]\(?\d{1,4}\)?(?:[ .-]\d{2,7}){2,4})(?![\w-])/g;

/** In the order of their kinds; linear in the text. */
export function findPersonalData(text: string): TextHit[] {
  const hits: TextHit[] = [];
  const add = (rule: string, pattern: RegExp, isHit: (match: string, index: number) => boolean) => {
    for (const { 0: match, index } of text.matchAll(pattern))
      if (isHit(match, index)) hits.push({ rule, start: index, end: index + match.length });
  };
  if (text.includes("@")) add("email", EMAIL, (match) => !NO_PERSON.test(match) && !FILE_ENDING.test(match));
  add("ip-address", IPV4, (match, index) => isPublicIpv4(match) && !isVersion(text, index));
  if (text.includes(":"))
    add("ip-address", IPV6, (match) => isIP(match) === 6 && !/^(?:2001:0?db8|3fff):/i.test(match));
  if (text.includes("+")) add("phone", PHONE, (match) => !/555[ .-]?01|\b0{3}\b|123[ .-]?45/.test(match));
  return hits;
}

/** Neither private, loopback, link-local, multicast, reserved nor one of the ranges for documentation (RFC 5735, 5737). */
function isPublicIpv4(address: string): boolean {
  const parts = address.split(".").map(Number) as [number, number, number, number];
  const [a, b, c] = parts;
  if (parts.some((part) => part > 255) || /(?:^|\.)0\d/.test(address)) return false;
  if (a === 0 || a === 10 || a === 127 || a >= 224 || a < 11) return false;
  if ((a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168) || (a === 169 && b === 254)) return false;
  if ((a === 100 && b >= 64 && b < 128) || (a === 192 && b === 0) || (a === 198 && (b === 18 || b === 19)))
    return false;
  if ((a === 198 && b === 51 && c === 100) || (a === 203 && b === 0 && c === 113)) return false;
  // Well-known resolvers are no person's; small numbers throughout are versions or object identifiers.
  return !["8.8.8.8", "8.8.4.4", "1.1.1.1", "9.9.9.9"].includes(address) && parts.some((part) => part > 30);
}

const isVersion = (text: string, index: number): boolean =>
  /(?:version|ver|v|release|chrome|firefox|safari|edg|opr|trident|build|oid)[\s"':=/]*$/i.test(
    text.slice(Math.max(0, index - 24), index),
  );
