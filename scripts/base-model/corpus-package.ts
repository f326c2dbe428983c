/** @file One entry of corpus-packages.json, and the licences that the corpus may contain. */
import { readFile } from "node:fs/promises";
import { z } from "zod";

export const ALLOWED_LICENSES = [
  "MIT",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "Apache-2.0",
  "ISC",
  "PSF-2.0",
  "0BSD",
  "Unlicense",
] as const;

export const CorpusPackage = z.strictObject({
  /** "python" is the standard library of the machine's own interpreter. */
  registry: z.enum(["npm", "pypi", "python"]),
  name: z.string(),
  version: z.string(),
  /** Path prefixes inside the package that hold what people wrote, as opposed to build output. */
  include: z.array(z.string()).min(1),
  exclude: z.array(z.string()).default([]),
  /** Multiplies the package's cap; big packages of many authors get more room. */
  weight: z.number().positive().default(1),
  /** Never trained on: the model is measured on these packages. */
  heldOut: z.boolean().default(false),
});
export type CorpusPackage = z.infer<typeof CorpusPackage>;

/** The pinned list beside this file. */
export async function listCorpusPackages(): Promise<CorpusPackage[]> {
  const text = await readFile(new URL("corpus-packages.json", import.meta.url), "utf8");
  return z.array(CorpusPackage).parse(JSON.parse(text));
}

/** True when every part of an "AND" and one part of an "OR" is on the allow-list. */
export function isAllowedLicense(expression: string): boolean {
  const alternatives = expression.replace(/[()]/g, "").split(/\s+OR\s+/);
  return alternatives.some((alternative) =>
    alternative.split(/\s+AND\s+/).every((part) => (ALLOWED_LICENSES as readonly string[]).includes(part.trim())),
  );
}
