/**
 * @file Collects the base model's corpus: `npx tsx scripts/base-model/collect-corpus.ts [--out DIR] [--seed N]`.
 * Writes <out>/train/documents.jsonl, <out>/held-out/documents.jsonl (whole packages, never trained on) and
 * <out>/manifest.json. The texts are not committed: the pinned list and this script make them again.
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative, resolve, sep } from "node:path";
import { parseArgs } from "node:util";
import type { DatasetDocument } from "@/lib/contracts/dataset";
import { type CorpusPackage, isAllowedLicense, listCorpusPackages } from "./corpus-package";
import { type FetchedPackage, fetchPackage } from "./fetch-package";
import { findLanguage, findReasonToSkip, isTestPath } from "./judge-source-file";
import { SketchIndex, sketchOf } from "./near-duplicates";

/** Megabytes of training text per language: about 38 % TypeScript, 25 % JavaScript, 37 % Python. */
const TARGET_BYTES: Record<string, number> = { typescript: 19e6, javascript: 12.5e6, python: 18.5e6 };
/** At most this share of a package's text is tests: they repeat themselves more than other code. */
const TEST_SHARE = 0.1;
const NEAR_DUPLICATE = 0.6;
/** Stricter towards the held-out packages: a file that shares this much with one of theirs is not trained on. */
const CONTAMINATED = 0.25;

interface Candidate extends DatasetDocument {
  bytes: number;
  isTest: boolean;
}

export interface CorpusPackageReport {
  name: string;
  version: string;
  license: string;
  heldOut: boolean;
  documents: number;
  bytes: number;
}

/** mulberry32: a small seeded generator, so that the same list gives the same corpus. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function shuffle<T>(items: T[], random: () => number): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [items[i], items[j]] = [items[j] as T, items[i] as T];
  }
  return items;
}

async function readPackage(entry: CorpusPackage, fetched: FetchedPackage, count: (reason: string) => void) {
  const found: Candidate[] = [];
  const entries = await readdir(fetched.folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((file) => file.isFile())
    .map((file) => relative(fetched.folder, join(file.parentPath, file.name)).split(sep).join("/"))
    .sort();
  for (const path of paths) {
    const language = findLanguage(path);
    if (language === null || (entry.registry !== "npm") !== (language === "python")) continue;
    if (!entry.include.some((prefix) => path.startsWith(prefix))) continue;
    if (entry.exclude.some((prefix) => path.startsWith(prefix))) continue;
    const bytes = await readFile(join(fetched.folder, path));
    const reason = findReasonToSkip(path, bytes);
    if (reason !== null) {
      count(reason);
      continue;
    }
    const text = bytes
      .toString("utf8")
      .replace(/^\uFEFF/, "")
      .replaceAll("\r\n", "\n");
    const name = `${entry.name}@${fetched.version}/${path}`;
    found.push({ name, language, text, bytes: Buffer.byteLength(text), isTest: isTestPath(path) });
  }
  return found;
}

/** Largest cap per unit of weight so that the packages together stay within the target. */
function findCap(packages: { bytes: number; weight: number }[], target: number): number {
  let low = 0;
  let high = target;
  for (let round = 0; round < 60; round++) {
    const cap = (low + high) / 2;
    const total = packages.reduce((sum, item) => sum + Math.min(item.bytes, cap * item.weight), 0);
    if (total > target) high = cap;
    else low = cap;
  }
  return low;
}

/** Takes files in random order up to the quota; tests only up to their share. */
function takeWithin(files: Candidate[], quota: number): Candidate[] {
  const taken: Candidate[] = [];
  let bytes = 0;
  let testBytes = 0;
  for (const file of files) {
    if (bytes + file.bytes > quota + 2000) continue;
    if (file.isTest && testBytes + file.bytes > quota * TEST_SHARE) continue;
    taken.push(file);
    bytes += file.bytes;
    if (file.isTest) testBytes += file.bytes;
  }
  return taken;
}

async function writeDocuments(folder: string, files: Candidate[]): Promise<{ sha256: string; bytes: number }> {
  await mkdir(folder, { recursive: true });
  const text = files.map(({ name, language, text }) => `${JSON.stringify({ name, language, text })}\n`).join("");
  await writeFile(join(folder, "documents.jsonl"), text);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return { sha256: createHash("sha256").update(text).digest("hex"), bytes };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      out: { type: "string", default: join(tmpdir(), "codetune-corpus") },
      seed: { type: "string", default: "1" },
    },
  });
  const out = resolve(values.out);
  const random = seededRandom(Number(values.seed));
  const skipped: Record<string, number> = {};
  const count = (reason: string) => {
    skipped[reason] = (skipped[reason] ?? 0) + 1;
  };
  const loaded: { entry: CorpusPackage; fetched: FetchedPackage; files: Candidate[] }[] = [];
  for (const entry of await listCorpusPackages()) {
    const fetched = await fetchPackage(entry, out);
    if (!isAllowedLicense(fetched.license)) {
      throw new Error(`${entry.name} ${entry.version} is under "${fetched.license}", which is not on the allow-list.`);
    }
    loaded.push({ entry, fetched, files: await readPackage(entry, fetched, count) });
  }

  // The held-out packages go in first, so that whatever resembles them is the one that is left out.
  const heldOutIndex = new SketchIndex();
  const trainIndex = new SketchIndex();
  for (const { entry, files } of loaded)
    if (entry.heldOut) for (const file of files) heldOutIndex.add(sketchOf(file.text));
  for (const item of loaded) {
    if (item.entry.heldOut) continue;
    item.files = shuffle(item.files, random).filter((file) => {
      const sketch = sketchOf(file.text);
      const isContaminated = heldOutIndex.similarity(sketch) >= CONTAMINATED;
      const isDuplicate = !isContaminated && trainIndex.similarity(sketch) >= NEAR_DUPLICATE;
      if (isContaminated) count("resembles a held-out file");
      else if (isDuplicate) count("near duplicate");
      else trainIndex.add(sketch);
      return !isContaminated && !isDuplicate;
    });
  }

  const train: Candidate[] = [];
  const heldOut: Candidate[] = [];
  const taken = new Map<CorpusPackage, Candidate[]>();
  for (const item of loaded) {
    if (!item.entry.heldOut) continue;
    const files = item.files.filter((file) => !file.isTest);
    taken.set(item.entry, files);
    heldOut.push(...files);
  }
  for (const [language, target] of Object.entries(TARGET_BYTES)) {
    const groups = loaded
      .filter((item) => !item.entry.heldOut)
      .map((item) => {
        const files = item.files.filter((file) => file.language === language);
        // What the cap can really take: code, and tests up to their share.
        const code = files.reduce((sum, file) => sum + (file.isTest ? 0 : file.bytes), 0);
        return { entry: item.entry, files, bytes: code, weight: item.entry.weight };
      });
    const cap = findCap(groups, target);
    for (const group of groups) {
      const files = takeWithin(group.files, Math.min(group.bytes, cap * group.weight));
      taken.set(group.entry, [...(taken.get(group.entry) ?? []), ...files]);
      train.push(...files);
    }
  }
  shuffle(train, random);

  const packages: CorpusPackageReport[] = loaded.map(({ entry, fetched }) => {
    const files = taken.get(entry) ?? [];
    return {
      name: entry.registry === "python" ? "Python standard library" : entry.name,
      version: fetched.version,
      license: fetched.license,
      heldOut: entry.heldOut,
      documents: files.length,
      bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    };
  });
  const languages = (files: Candidate[]) =>
    Object.fromEntries(
      Object.keys(TARGET_BYTES).map((language) => [
        language,
        files.reduce((sum, file) => sum + (file.language === language ? file.bytes : 0), 0),
      ]),
    );
  const manifest = {
    seed: Number(values.seed),
    train: {
      documents: train.length,
      languages: languages(train),
      ...(await writeDocuments(join(out, "train"), train)),
    },
    heldOut: {
      documents: heldOut.length,
      languages: languages(heldOut),
      ...(await writeDocuments(join(out, "held-out"), heldOut)),
    },
    packages,
    skipped,
  };
  await writeFile(join(out, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  console.log(JSON.stringify({ ...manifest, packages: undefined }, null, 2));
  for (const item of packages)
    console.log(`${item.name}@${item.version} ${item.license} ${item.documents} ${item.bytes}`);
}

await main();
