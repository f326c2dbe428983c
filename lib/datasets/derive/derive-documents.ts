/** @file Documents of a new dataset out of those of others. Datasets are read twice where a choice needs all of them. */
import { createHash } from "node:crypto";
import ignore from "ignore";
import type { DatasetDocument } from "@/lib/contracts/dataset";
import type { DeriveOperation } from "@/lib/contracts/derive-operation";
import { AppError } from "@/lib/errors";
import { dealSplits } from "../deal-splits";
import { isLicenseAllowed } from "../filters/licenses/find-license";
import { minhashSignature } from "../filters/near-duplicates/minhash";
import { NearDuplicateIndex } from "../filters/near-duplicates/near-duplicate-index";
import { readDocuments } from "../read-documents";
import type { ReadSourceOptions, SourceReader } from "../sources/source-reader";
import { splitPoint } from "../split-documents";
import { textOfDocument } from "../text-of-document";

export interface Parent {
  /** As people know it, with its version. */
  name: string;
  folder: string;
}

/** `parents` in the order of `datasetsOf`. Errors of reading: `invalid_input` where the operation can't be done. */
export function deriveDocuments(operation: DeriveOperation, parents: readonly Parent[]): SourceReader {
  const [first] = parents;
  if (first === undefined) throw new AppError("invalid_input", "Choose a dataset.");
  switch (operation.kind) {
    case "mix":
      return (options) => mix(operation, parents, options);
    case "filter":
      return (options) => filter(operation, first, options);
    case "sample":
      return (options) => sample(operation, first, options);
    case "deduplicate":
      return (options) => deduplicate(operation, first, options);
    case "split":
      return (options) => split(operation, first, options);
  }
}

type Operation<K extends DeriveOperation["kind"]> = Extract<DeriveOperation, { kind: K }>;

const bytesOf = (document: DatasetDocument): number => Buffer.byteLength(textOfDocument(document));

async function* mix(
  { parts, seed }: Operation<"mix">,
  parents: readonly Parent[],
  { signal }: ReadSourceOptions,
): AsyncGenerator<DatasetDocument> {
  const sizes: { index: number; bytes: number; point: number }[][] = [];
  for (const { folder } of parents) {
    const own: (typeof sizes)[number] = [];
    for await (const document of readDocuments(folder, signal))
      own.push({ index: own.length, bytes: bytesOf(document), point: splitPoint(seed, document.name) });
    sizes.push(own);
  }
  const weights = parts.map(({ weight }) => weight);
  const totals = sizes.map((own) => own.reduce((sum, { bytes }) => sum + bytes, 0));
  // The part that is used up first says how much of the others there can be.
  const scale = Math.min(...totals.map((total, i) => total / (weights[i] as number)));
  for (const [i, { name, folder }] of parents.entries()) {
    const chosen = new Set<number>();
    let left = scale * (weights[i] as number) * (1 + 1e-9);
    for (const { index, bytes } of (sizes[i] ?? []).toSorted((a, b) => a.point - b.point)) {
      if (bytes > left) break;
      chosen.add(index);
      left -= bytes;
    }
    let at = 0;
    for await (const document of readDocuments(folder, signal))
      if (chosen.has(at++)) yield { ...document, name: `${name}/${document.name}` };
  }
}

async function* filter(
  operation: Operation<"filter">,
  { folder }: Parent,
  { skips, signal }: ReadSourceOptions,
): AsyncGenerator<DatasetDocument> {
  const include = operation.include.length === 0 ? null : ignore({ allowRelativePaths: true }).add(operation.include);
  const exclude = operation.exclude.length === 0 ? null : ignore({ allowRelativePaths: true }).add(operation.exclude);
  const languages = new Set(operation.languages.map((language) => language.toLowerCase()));
  const reasonOf = (document: DatasetDocument): string | null => {
    const { name, language, license } = document;
    if (languages.size > 0 && !languages.has(language)) return "another language";
    if (operation.licenses.length > 0 && (license === undefined || !isLicenseAllowed(license, operation.licenses)))
      return "another licence";
    if (include !== null && !include.ignores(name)) return "not included";
    if (exclude?.ignores(name)) return "excluded";
    const bytes = bytesOf(document);
    if (bytes < operation.min_bytes) return "too small";
    if (bytes > operation.max_bytes) return "too large";
    const text = textOfDocument(document);
    if (operation.containing !== "" && !text.includes(operation.containing)) return "lacks the words";
    return operation.not_containing !== "" && text.includes(operation.not_containing) ? "has the words" : null;
  };
  for await (const document of readDocuments(folder, signal)) {
    const reason = reasonOf(document);
    if (reason === null) yield document;
    else skips.add(reason, document.name);
  }
}

async function* sample(
  { documents, seed }: Operation<"sample">,
  { folder }: Parent,
  { skips, signal }: ReadSourceOptions,
): AsyncGenerator<DatasetDocument> {
  const points: { index: number; point: number }[] = [];
  for await (const { name } of readDocuments(folder, signal))
    points.push({ index: points.length, point: splitPoint(seed, name) });
  const chosen = new Set(
    points
      .sort((a, b) => a.point - b.point || a.index - b.index)
      .slice(0, documents)
      .map(({ index }) => index),
  );
  let at = 0;
  for await (const document of readDocuments(folder, signal)) {
    if (chosen.has(at++)) yield document;
    else skips.add("not drawn", document.name);
  }
}

async function* deduplicate(
  { threshold }: Operation<"deduplicate">,
  { folder }: Parent,
  { skips, signal }: ReadSourceOptions,
): AsyncGenerator<DatasetDocument> {
  const names: string[] = [];
  const seen = new Map<string, number>();
  const index = new NearDuplicateIndex();
  for await (const document of readDocuments(folder, signal)) {
    const at = names.push(document.name) - 1;
    const text = textOfDocument(document);
    const digest = createHash("sha256").update(text).digest("base64");
    const equal = seen.get(digest);
    if (equal !== undefined) {
      skips.add("same text", `${document.name}: equals ${names[equal]}`);
      continue;
    }
    seen.set(digest, at);
    const signature = threshold < 1 ? minhashSignature(text) : null;
    const like = signature === null ? null : index.find(signature, threshold);
    if (like !== null) {
      skips.add(
        "almost the same text",
        `${document.name}: ${Math.round(like.similarity * 100)} % like ${names[like.of]}`,
      );
      continue;
    }
    if (signature !== null) index.add(at, signature);
    yield document;
  }
}

async function* split(
  { by, held_out: heldOut, seed }: Operation<"split">,
  { folder }: Parent,
  { signal }: ReadSourceOptions,
): AsyncGenerator<DatasetDocument> {
  const facts: Pick<DatasetDocument, "name" | "repository" | "modifiedAt">[] = [];
  for await (const { name, repository, modifiedAt } of readDocuments(folder, signal))
    facts.push({
      name,
      ...(repository !== undefined && { repository }),
      ...(modifiedAt !== undefined && { modifiedAt }),
    });
  const splits = dealSplits(facts, { by, heldOut, seed });
  let at = 0;
  for await (const document of readDocuments(folder, signal)) yield { ...document, split: splits[at++] ?? "train" };
}
