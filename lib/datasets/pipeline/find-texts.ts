/** @file Reads every candidate file once and finds out what the settings ask for, unless an earlier build did. */
import type { BuildSettings } from "@/lib/contracts/jobs/build-settings";
import type { FileFindings, FileResult, FileTask, FileTaskResult, FindingKind, TaskFile } from "./file-task";
import { FindingsCache } from "./findings-cache";
import type { FileStore, SourceFile } from "./source-file";

/** Runs tasks on as many threads as it has. */
export interface FilePool {
  threads: number;
  run(task: FileTask): Promise<FileTaskResult>;
}

const BATCH_FILES = 64;
const BATCH_BYTES = 1_500_000;

/** Kinds whose finding depends on the language beside the text. */
const BY_LANGUAGE: ReadonlySet<FindingKind> = new Set(["syntax", "imports"]);

export interface TextFinderOptions {
  pool: FilePool;
  stores: readonly FileStore[];
  cacheDir: string;
  signal?: AbortSignal | undefined;
  onProgress(done: number, total: number): void;
}

export interface FindingStatistics {
  milliseconds: number;
  reused: number;
}

export class TextFinder {
  readonly statistics = new Map<FindingKind, FindingStatistics>();
  private readonly caches = new Map<FindingKind, FindingsCache<FindingKind>>();

  constructor(private readonly options: TextFinderOptions) {}

  /** Hash, size, encoding and whether it is generated, of every file, in order. */
  hash(files: readonly SourceFile[]): Promise<FileResult[]> {
    return this.inBatches(files, () => ["generated"]);
  }

  /**
   * What `kinds` find in every file, in order. `hashes` are those of `hash`; a file that has another one now was changed
   * meanwhile, and its result says so by its own hash.
   */
  async find<K extends FindingKind>(
    files: readonly SourceFile[],
    hashes: readonly string[],
    kinds: readonly K[],
  ): Promise<{ hash: string | null; findings: Pick<FileFindings, K> }[]> {
    for (const kind of kinds) await this.openCache(kind);
    const keyOf = (index: number, kind: FindingKind) =>
      this.keyOf(files[index] as SourceFile, hashes[index] as string, kind);
    const missing: number[] = [];
    for (let i = 0; i < files.length; i++)
      if (kinds.some((kind) => !this.caches.get(kind)?.has(keyOf(i, kind)))) missing.push(i);
    const changed = new Map<number, string | null>();
    const found = await this.inBatches(
      missing.map((index) => files[index] as SourceFile),
      (_, at) => kinds.filter((kind) => !this.caches.get(kind)?.has(keyOf(missing[at] as number, kind))),
      async (result, at) => {
        const index = missing[at] as number;
        if (result.hash !== hashes[index]) changed.set(index, result.hash);
        else
          for (const kind of kinds)
            if (kind in result.findings)
              await this.caches.get(kind)?.set(keyOf(index, kind), result.findings[kind] as FileFindings[FindingKind]);
      },
    );
    for (const kind of kinds) {
      const computed = found.filter(({ findings }) => kind in findings).length;
      this.statisticsOf(kind).reused += files.length - computed;
    }
    return files.map((_, i) => {
      if (changed.has(i)) return { hash: changed.get(i) as string | null, findings: {} as Pick<FileFindings, K> };
      const findings = Object.fromEntries(kinds.map((kind) => [kind, this.caches.get(kind)?.get(keyOf(i, kind))]));
      return { hash: hashes[i] as string, findings: findings as unknown as Pick<FileFindings, K> };
    });
  }

  async close(): Promise<void> {
    for (const cache of this.caches.values()) await cache.close();
  }

  private keyOf(file: SourceFile, hash: string, kind: FindingKind): string {
    // A declaration file is judged by its name too.
    return BY_LANGUAGE.has(kind)
      ? `${hash}:${file.language}${/\.tsx$|\.d\.[cm]?ts$|\.pyx$|json$/.exec(file.name)?.[0] ?? ""}`
      : hash;
  }

  private async openCache(kind: FindingKind): Promise<void> {
    if (!this.caches.has(kind))
      this.caches.set(
        kind,
        (await FindingsCache.open(this.options.cacheDir, kind)) as unknown as FindingsCache<FindingKind>,
      );
  }

  private statisticsOf(kind: FindingKind): FindingStatistics {
    const known = this.statistics.get(kind) ?? { milliseconds: 0, reused: 0 };
    this.statistics.set(kind, known);
    return known;
  }

  private async inBatches(
    files: readonly SourceFile[],
    wantedOf: (file: SourceFile, at: number) => FindingKind[],
    onResult?: (result: FileResult, at: number) => Promise<void>,
  ): Promise<FileResult[]> {
    const { pool, stores, signal, onProgress } = this.options;
    const results: FileResult[] = new Array(files.length);
    const batches = batchesOf(files);
    let nextBatch = 0;
    let done = 0;
    const work = async () => {
      for (let batch = batches[nextBatch++]; batch !== undefined; batch = batches[nextBatch++]) {
        signal?.throwIfAborted();
        const { start, end } = batch;
        const store = stores[(files[start] as SourceFile).source] as FileStore;
        const tasks = files.slice(start, end).map(
          (file, i): TaskFile => ({
            name: file.name,
            language: file.language,
            where: file.where,
            wanted: wantedOf(file, start + i),
          }),
        );
        const { files: found, milliseconds } = await pool.run({ store, files: tasks });
        for (const [kind, time] of Object.entries(milliseconds))
          this.statisticsOf(kind as FindingKind).milliseconds += time;
        for (const [i, result] of found.entries()) {
          await onResult?.(result, start + i);
          results[start + i] = result;
        }
        done += end - start;
        onProgress(done, files.length);
      }
    };
    // Two batches for each thread, so that none waits for us.
    await Promise.all(Array.from({ length: pool.threads * 2 }, work));
    return results;
  }
}

/** Runs of files of one source. */
function batchesOf(files: readonly SourceFile[]): { start: number; end: number }[] {
  const batches: { start: number; end: number }[] = [];
  let start = 0;
  let bytes = 0;
  for (let i = 0; i < files.length; i++) {
    const file = files[i] as SourceFile;
    if (
      i > start &&
      (i - start >= BATCH_FILES ||
        bytes + file.bytes > BATCH_BYTES ||
        file.source !== (files[start] as SourceFile).source)
    ) {
      batches.push({ start, end: i });
      start = i;
      bytes = 0;
    }
    bytes += file.bytes;
  }
  if (start < files.length) batches.push({ start, end: files.length });
  return batches;
}

/** What the settings need to know of each file. */
export function wantedFindings(settings: BuildSettings): FindingKind[] {
  const isOn: Partial<Record<FindingKind, boolean>> = {
    secrets: settings.secrets !== "off",
    personal_data: settings.personal_data !== "off",
    syntax: settings.syntax !== "off",
    signature: settings.near_duplicates || settings.held_out_threshold < 1,
    tasks: settings.decontamination.length > 0,
    imports: settings.order === "imports",
  };
  return ["license", ...(Object.keys(isOn) as FindingKind[]).filter((kind) => isOn[kind])];
}
