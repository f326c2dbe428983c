/** @file From source code in folders or git repositories to a dataset with a report of what every step took. */
import { join } from "node:path";
import type { DatasetDocument, DatasetSource, DatasetStats } from "@/lib/contracts/dataset";
import type { Amount, DatasetReport } from "@/lib/contracts/dataset-report";
import type { BuildSettings } from "@/lib/contracts/jobs/build-settings";
import { AppError } from "@/lib/errors";
import { DOCUMENTS_FILE, SUMMARY_FILE, writeJson } from "../dataset-folder";
import type { MinhashSignature } from "../filters/near-duplicates/minhash";
import { redact } from "../filters/text-hit";
import { CARD_FILE, REPORT_FILE } from "../find-report";
import { HashedFileWriter } from "../hashed-file-writer";
import { PreviewSample } from "../preview-sample";
import { writeFolder } from "../write-folder";
import {
  type Candidate,
  chooseDocuments,
  createTallies,
  dropExactDuplicates,
  type Tallies,
  toReportSteps,
} from "./choose-documents";
import { decodeSource, type FindingKind, hashBytes } from "./file-task";
import { type FilePool, TextFinder, wantedFindings } from "./find-texts";
import { listSourceFiles } from "./list-source-files";
import { type OpenedSource, openSources } from "./open-sources";
import { orderByImports } from "./order-by-imports";
import { openFileReader } from "./source-file";
import { writeCard } from "./write-card";

const MAX_DATASET_BYTES = 4_000_000_000;

export interface BuildCodeOptions {
  name: string;
  source: Extract<DatasetSource, { kind: "folder" | "git" }>;
  settings: BuildSettings;
  /** How the source is recorded and called, where its path says nothing to people: an archive's, unpacked. */
  recorded?: { source: DatasetSource; address: string } | undefined;
  /** Must not exist; it comes into being whole or not at all. */
  outDir: string;
  /** What earlier builds found, and copies of repositories. */
  cacheDir: string;
  pool: FilePool;
  /** Signatures of the documents of `near_duplicates_of`. */
  seenBefore?: readonly { name: string; signature: MinhashSignature }[];
  signal?: AbortSignal | undefined;
  onProgress?: (progress: { stage: string; done: number; total: number | null }) => void;
  now?: () => Date;
}

export interface BuiltCodeDataset {
  stats: DatasetStats;
  contentHash: string;
  /** With the commits that were read. */
  source: DatasetSource;
}

/**
 * The same files and settings give the same documents, whatever the number of threads. Errors: `invalid_input` when
 * nothing is left, naming what took it; `conflict` when files changed while they were read; `limit_exceeded` beyond 4 GB;
 * those of the sources.
 */
export async function buildCodeDataset(options: BuildCodeOptions): Promise<BuiltCodeDataset> {
  const {
    settings,
    source,
    outDir,
    cacheDir,
    pool,
    signal,
    onProgress = () => undefined,
    now = () => new Date(),
  } = options;
  const started = performance.now();
  const tallies = createTallies();
  onProgress({ stage: "Getting the sources", done: 0, total: null });
  const sources = await openSources(source, { settings, storesDir: join(cacheDir, "git"), signal });
  const progressOf = (stage: string) => (done: number, total: number) => onProgress({ stage, done, total });
  for (const opened of sources) if (options.recorded !== undefined) opened.shown = options.recorded.address;
  const listed = await listCandidates(sources, options, tallies);
  let stage = progressOf("Reading files");
  const finder = new TextFinder({
    pool,
    stores: sources.map(({ store }) => store),
    cacheDir: join(cacheDir, "findings"),
    signal,
    onProgress: (...at) => stage(...at),
  });
  try {
    const texts = await readTexts(listed.files, finder, settings, tallies);
    stage = progressOf("Looking for licences, secrets and duplicates");
    await addFindings(texts, finder, settings);
    for (const file of texts) file.license = file.findings.license ?? sources[file.source]?.license ?? null;
    const chosen = chooseDocuments(texts, { settings, tallies, seenBefore: options.seenBefore ?? [] });
    noteTimes(finder, tallies);
    refuseNothing(chosen, tallies, listed.input);
    const ordered =
      settings.order === "imports"
        ? byRepository(chosen).flatMap((files) =>
            orderByImports(files.map((file) => Object.assign(file, { imports: file.findings.imports ?? [] }))),
          )
        : chosen;
    return await writeFolder(
      outDir,
      async (folder) => {
        const written = await writeDocuments(join(folder, DOCUMENTS_FILE), ordered, sources, options);
        const builtSource = options.recorded?.source ?? withCommits(source, sources);
        const report: DatasetReport = {
          version: 1,
          sources: sources.map((opened, i) => ({
            address: opened.shown,
            ref: opened.ref,
            commit: opened.commit,
            committedAt: opened.committedAt,
            license: opened.license,
            ...sumOf(ordered.filter(({ source: at }) => at === i)),
          })),
          input: { files: listed.input.documents, bytes: listed.input.bytes },
          steps: toReportSteps(tallies, listed.input),
          output: {
            ...written.amount,
            languages: sumBy(ordered, ({ language }) => language),
            licenses: sumBy(ordered, ({ license }) => license ?? "NOASSERTION"),
            splits: splitsOf(ordered),
          },
          settings,
          contentHash: written.contentHash,
          builtAt: now().toISOString(),
          durationMs: Math.round(performance.now() - started),
          peakBytes: process.resourceUsage().maxRSS * 1024,
        };
        const stats = statsOf(report);
        await writeJson(join(folder, SUMMARY_FILE), {
          version: 1,
          source: builtSource,
          contentHash: written.contentHash,
          documentsBytes: written.fileBytes,
          stats,
          preview: written.preview,
        });
        await writeJson(join(folder, REPORT_FILE), report);
        await writeCard(join(folder, CARD_FILE), options.name, report);
        return { stats, contentHash: written.contentHash, source: builtSource };
      },
      async () => {
        throw new AppError("conflict", `${outDir} exists already; the dataset was not built again.`);
      },
    );
  } finally {
    await finder.close();
  }
}

type Listed = Awaited<ReturnType<typeof listSourceFiles>>["files"][number];

async function listCandidates(
  sources: OpenedSource[],
  { settings, signal }: BuildCodeOptions,
  tallies: Tallies,
): Promise<{ files: (Listed & { documentName: string; repository: string })[]; input: Amount }> {
  const input = { documents: 0, bytes: 0 };
  const files: (Listed & { documentName: string; repository: string })[] = [];
  for (const [number, opened] of sources.entries()) {
    const { files: found, license } = await listSourceFiles(opened.store, {
      source: number,
      settings,
      tally: tallies.paths,
      modified: opened.modified,
      committedAt: opened.committedAt ?? undefined,
      signal,
    });
    opened.license = license;
    for (const file of found)
      files.push({
        ...file,
        repository: opened.shown,
        documentName: sources.length > 1 ? `${opened.name}/${file.name}` : file.name,
      });
  }
  const paths = tallies.paths.toReport(input);
  input.documents = files.length + paths.removed.documents;
  input.bytes = sumOf(files).bytes + paths.removed.bytes;
  const { min_file_bytes, max_file_bytes } = settings;
  const sized = files.filter(({ bytes, documentName }) => {
    const reason = bytes < min_file_bytes || bytes === 0 ? "too small" : bytes > max_file_bytes ? "too large" : null;
    if (reason !== null) tallies.size.remove(reason, bytes, { name: documentName, detail: `${bytes} bytes` });
    return reason === null;
  });
  return { files: sized, input };
}

async function readTexts(
  files: Awaited<ReturnType<typeof listCandidates>>["files"],
  finder: TextFinder,
  settings: BuildSettings,
  tallies: Tallies,
): Promise<Candidate[]> {
  const results = await finder.hash(files);
  tallies.generated.isOn = settings.generated;
  tallies.exact_duplicates.isOn = settings.exact_duplicates;
  const texts: Candidate[] = [];
  for (const [i, { hash, encoding, findings }] of results.entries()) {
    const file = files[i] as (typeof files)[number];
    const note = (detail: string) => ({ name: file.documentName, detail });
    const generated = findings.generated ?? null;
    if (hash === null || encoding !== null)
      tallies.encoding.remove(encoding ?? "not readable", file.bytes, note(encoding ?? "not readable"));
    else if (generated === "empty" || (generated !== null && settings.generated))
      tallies.generated.remove(generated, file.bytes, note(generated));
    else texts.push({ ...file, hash, findings: {}, license: null, edits: [], split: null });
  }
  return settings.exact_duplicates ? dropExactDuplicates(texts, tallies.exact_duplicates) : texts;
}

async function addFindings(files: readonly Candidate[], finder: TextFinder, settings: BuildSettings): Promise<void> {
  const results = await finder.find(
    files,
    files.map(({ hash }) => hash),
    wantedFindings(settings),
  );
  for (const [i, { hash, findings }] of results.entries()) {
    const file = files[i] as Candidate;
    if (hash !== file.hash) throw changedMeanwhile(file.documentName);
    file.findings = findings;
  }
}

const changedMeanwhile = (name: string): AppError =>
  new AppError(
    "conflict",
    `${name} was changed while the dataset was built: build it again when nothing writes there.`,
  );

const STEP_OF: Partial<Record<FindingKind, keyof Tallies>> = {
  generated: "generated",
  license: "license",
  secrets: "secrets",
  personal_data: "personal_data",
  syntax: "syntax",
  signature: "near_duplicates",
  tasks: "decontamination",
};

function noteTimes(finder: TextFinder, tallies: Tallies): void {
  for (const [kind, { milliseconds, reused }] of finder.statistics) {
    const step = STEP_OF[kind];
    if (step === undefined) continue;
    tallies[step].durationMs += milliseconds;
    tallies[step].reused += reused;
  }
}

function refuseNothing(chosen: readonly Candidate[], tallies: Tallies, input: Amount): void {
  if (chosen.length > 0) return;
  if (input.documents === 0)
    throw new AppError("invalid_input", "The source has no files, so there is nothing to learn from.");
  const steps = toReportSteps(tallies, input).filter(({ removed }) => removed.documents > 0);
  const reasons = steps.flatMap(({ reasons: found }) =>
    found.slice(0, 3).map(({ reason, documents, examples }) => `${documents} ${reason} (${examples[0]?.name ?? ""})`),
  );
  throw new AppError(
    "invalid_input",
    `There is no source code to learn from; left out: ${reasons.slice(0, 8).join(", ")}.`,
  );
}

/** In the order of the first file of each. */
function byRepository(files: readonly Candidate[]): Candidate[][] {
  const groups = new Map<number, Candidate[]>();
  for (const file of files) groups.set(file.source, [...(groups.get(file.source) ?? []), file]);
  return [...groups.values()];
}

async function writeDocuments(
  path: string,
  files: readonly Candidate[],
  sources: readonly OpenedSource[],
  { signal, onProgress, settings }: BuildCodeOptions,
) {
  const readers = sources.map(({ store }) => openFileReader(store));
  const preview = new PreviewSample();
  const writer = await HashedFileWriter.create(path);
  const amount = { documents: 0, bytes: 0 };
  try {
    for (const file of files) {
      signal?.throwIfAborted();
      const bytes = await readers[file.source]?.read(file.where);
      if (!bytes || hashBytes(bytes) !== file.hash) throw changedMeanwhile(file.documentName);
      const decoded = decodeSource(bytes);
      if ("problem" in decoded) throw changedMeanwhile(file.documentName);
      const document: DatasetDocument = {
        name: file.documentName,
        language: file.language,
        text: file.edits.length === 0 ? decoded.text : redact(decoded.text, file.edits),
        repository: file.repository,
        license: file.license ?? "NOASSERTION",
        ...(settings.split_by === "time" && file.modifiedAt !== null && { modifiedAt: file.modifiedAt }),
        ...(file.split !== null && { split: file.split }),
      };
      amount.documents++;
      amount.bytes += Buffer.byteLength(document.text);
      if (amount.bytes > MAX_DATASET_BYTES)
        throw new AppError(
          "limit_exceeded",
          `What is left is more than ${MAX_DATASET_BYTES / 1e9} GB of text: leave more out, or choose a part.`,
        );
      preview.add(document);
      await writer.write(Buffer.from(`${JSON.stringify(document)}\n`));
      if (amount.documents % 200 === 0)
        onProgress?.({ stage: "Writing documents", done: amount.documents, total: files.length });
    }
    const contentHash = await writer.end();
    return { contentHash, amount, fileBytes: writer.bytes, preview: preview.list() };
  } catch (error) {
    await writer.abandon();
    throw error;
  } finally {
    for (const reader of readers) reader.close();
  }
}

function withCommits(source: BuildCodeOptions["source"], sources: readonly OpenedSource[]): DatasetSource {
  if (source.kind === "folder") return source;
  return {
    ...source,
    repositories: source.repositories.map(({ ref }, i) => ({
      address: sources[i]?.shown ?? "",
      ...(ref !== undefined && { ref }),
      commit: sources[i]?.commit ?? "",
    })),
  };
}

const sumOf = (files: readonly { bytes: number }[]): Amount => ({
  documents: files.length,
  bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
});

function sumBy(files: readonly Candidate[], keyOf: (file: Candidate) => string): Record<string, Amount> {
  const sums = new Map<string, Amount>();
  for (const file of files) {
    const key = keyOf(file);
    const sum = sums.get(key) ?? { documents: 0, bytes: 0 };
    sums.set(key, { documents: sum.documents + 1, bytes: sum.bytes + file.bytes });
  }
  return Object.fromEntries([...sums].sort((a, b) => b[1].bytes - a[1].bytes || (a[0] < b[0] ? -1 : 1)));
}

function splitsOf(files: readonly Candidate[]): { train: Amount; eval: Amount } | null {
  if (!files.some(({ split }) => split !== null)) return null;
  return {
    train: sumOf(files.filter(({ split }) => split === "train")),
    eval: sumOf(files.filter(({ split }) => split === "eval")),
  };
}

function statsOf({ output, steps }: DatasetReport): DatasetStats {
  const skipped: DatasetStats["skipped"] = {};
  for (const { reasons, changed } of steps) {
    if (changed > 0) continue;
    for (const { reason, documents, examples } of reasons)
      skipped[reason] = { count: documents, examples: examples.map(({ name }) => name) };
  }
  return { documents: output.documents, bytes: output.bytes, languages: output.languages, skipped };
}
