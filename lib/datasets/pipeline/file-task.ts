/** @file The work of a build that needs a file's text, a batch at a time, for threads to share. */
import { createHash } from "node:crypto";
import { findBenchmarkTasks } from "../filters/decontamination/benchmark-tasks";
import { findFileLicense } from "../filters/licenses/find-license";
import { type MinhashSignature, minhashSignature } from "../filters/near-duplicates/minhash";
import { findPersonalData } from "../filters/personal-data/find-personal-data";
import { findSecrets } from "../filters/secrets/find-secrets";
import { findSyntaxError } from "../filters/syntax/check-syntax";
import type { TextHit } from "../filters/text-hit";
import { findGeneratedSkip } from "../sources/skip-reasons";
import { openSourceParser, type SourceParser } from "../syntax/parse-source";
import { findImports } from "./find-imports";
import { type FileReader, type FileStore, openFileReader } from "./source-file";

/** What is found out of a text, each by itself: none depends on settings, so all of it can be kept for later builds. */
export interface FileFindings {
  generated: string | null;
  license: string | null;
  secrets: TextHit[];
  personal_data: TextHit[];
  /** Line of the first syntax error, 0 for none, null where nobody can say. */
  syntax: number | null;
  /** Null for a text too short to be similar to anything. */
  signature: MinhashSignature | null;
  /** Tasks of benchmarks, as `humaneval/12`. */
  tasks: string[];
  /** Modules that the file imports, as it writes them. */
  imports: string[];
}
export type FindingKind = keyof FileFindings;

/** Change a number whenever the same text would give another finding. */
export const FINDING_VERSIONS: Record<FindingKind, number> = {
  generated: 1,
  license: 3,
  secrets: 1,
  personal_data: 1,
  syntax: 2,
  signature: 1,
  tasks: 2,
  imports: 1,
};

export interface TaskFile {
  name: string;
  language: string;
  where: string;
  /** None: the file is only read and hashed. */
  wanted: FindingKind[];
}

export interface FileTask {
  store: FileStore;
  files: TaskFile[];
}

export interface FileResult {
  /** First 128 bits of the sha256, or null when the file can't be read. */
  hash: string | null;
  bytes: number;
  /** Why it is no text. */
  encoding: string | null;
  findings: Partial<FileFindings>;
}

export interface FileTaskResult {
  files: FileResult[];
  /** CPU time that each kind of finding took. */
  milliseconds: Partial<Record<FindingKind, number>>;
}

/** A thread's worth of state: open stores. */
export interface FileTaskRunner {
  run(task: FileTask): Promise<FileTaskResult>;
  close(): void;
}

const decoder = new TextDecoder("utf-8", { fatal: true });

/** The text of UTF-8 bytes without a byte order mark, or why there is none. */
export function decodeSource(bytes: Buffer): { text: string } | { problem: string } {
  if (bytes.includes(0)) return { problem: "binary" };
  try {
    return { text: decoder.decode(bytes) };
  } catch {
    return { problem: "not UTF-8" };
  }
}

export const hashBytes = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex").slice(0, 32);

export function createFileTaskRunner(): FileTaskRunner {
  // 18 MB of grammars: only where something is to be parsed.
  let parser: SourceParser | null = null;
  const readers = new Map<string, FileReader>();
  const readerOf = (store: FileStore): FileReader => {
    const key = JSON.stringify(store);
    const reader = readers.get(key) ?? openFileReader(store);
    readers.set(key, reader);
    return reader;
  };
  const FINDERS: { [K in FindingKind]: (text: string, file: TaskFile) => FileFindings[K] } = {
    generated: (text, { language }) => (text.trim() === "" ? "empty" : findGeneratedSkip(text, language)),
    license: findFileLicense,
    secrets: findSecrets,
    personal_data: findPersonalData,
    syntax: (text, { language, name }) => (parser === null ? null : findSyntaxError(parser, { text, language, name })),
    signature: minhashSignature,
    tasks: findBenchmarkTasks,
    imports: (text, { language }) => findImports(text, language),
  };
  return {
    async run({ store, files }) {
      if (files.some(({ wanted }) => wanted.includes("syntax"))) parser ??= await openSourceParser();
      const reader = readerOf(store);
      const results: FileResult[] = [];
      const milliseconds: Partial<Record<FindingKind, number>> = {};
      for (const file of files) {
        const bytes = await reader.read(file.where);
        if (bytes === null) {
          results.push({ hash: null, bytes: 0, encoding: "not readable", findings: {} });
          continue;
        }
        const decoded = decodeSource(bytes);
        const findings: Partial<Record<FindingKind, unknown>> = {};
        if ("text" in decoded) {
          for (const kind of file.wanted) {
            const started = performance.now();
            findings[kind] = FINDERS[kind](decoded.text, file);
            milliseconds[kind] = (milliseconds[kind] ?? 0) + performance.now() - started;
          }
        }
        results.push({
          hash: hashBytes(bytes),
          bytes: bytes.length,
          encoding: "problem" in decoded ? decoded.problem : null,
          findings: findings as Partial<FileFindings>,
        });
      }
      return { files: results, milliseconds };
    },
    close: () => {
      for (const reader of readers.values()) reader.close();
    },
  };
}
