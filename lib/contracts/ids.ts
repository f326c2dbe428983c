/** @file Text ids made by the app: `<prefix>_<time><random>`, sortable by creation, URL- and path-safe. */
import { z } from "zod";

export type IdPrefix = "run" | "cfg" | "ds" | "wrk" | "mtr" | "job";

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

function encode(value: number, length: number): string {
  let text = "";
  for (let i = 0; i < length; i++) {
    text = ALPHABET[value % 32] + text;
    value = Math.floor(value / 32);
  }
  return text;
}

/** A new id. Nine characters of milliseconds (good until the year 3084), then ten random ones. */
export function newId(prefix: IdPrefix, now: number = Date.now()): string {
  const random = crypto.getRandomValues(new Uint8Array(10));
  return `${prefix}_${encode(now, 9)}${Array.from(random, (byte) => ALPHABET[byte % 32]).join("")}`;
}

/** Ids arrive in addresses and are used in paths, so their shape is checked before either. */
export const idSchema = (prefix: IdPrefix) =>
  z.string().regex(new RegExp(`^${prefix}_[0-9a-z]{19}$`), `is not a ${prefix} id`);
