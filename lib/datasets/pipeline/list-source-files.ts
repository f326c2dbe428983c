/** @file All files of a source, each either a candidate or left out by its path, with what the source says of itself. */
import { readFile, stat } from "node:fs/promises";
import { basename, relative, sep } from "node:path";
import ignore, { type Ignore } from "ignore";
import type { BuildSettings } from "@/lib/contracts/jobs/build-settings";
import { findRepositoryLicense, isLicenseSource } from "../filters/licenses/find-license";
import { BlobReader } from "../git/blob-reader";
import { runGit } from "../git/run-git";
import { findLanguage } from "../languages";
import { findFolderSkip, findNameSkip } from "../sources/skip-reasons";
import { walkFolder } from "../sources/walk-folder";
import type { FileStore, SourceFile } from "./source-file";
import type { StepTally } from "./step-tally";

export interface ListedSource {
  files: (SourceFile & { modifiedAt: string | null })[];
  license: string | null;
}

interface Entry {
  name: string;
  bytes: number;
  where: string;
  modifiedAt: string | null;
}

const MAX_LICENSE_BYTES = 200_000;
const MAX_ATTRIBUTE_BYTES = 1_000_000;
const GENERAL_FILES = 50;

export interface ListOptions {
  /** Number of the source. */
  source: number;
  settings: BuildSettings;
  /** What the step "paths" takes is told here. */
  tally: StepTally;
  /** When each file was last changed, where that is known; otherwise all of the commit's. */
  modified?: ReadonlyMap<string, string> | undefined;
  committedAt?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** Files in the order of their paths. */
export async function listSourceFiles(store: FileStore, options: ListOptions): Promise<ListedSource> {
  const { settings, tally, signal } = options;
  const skip = (name: string, reason: string, bytes = 0) => tally.remove(reason, bytes, { name, detail: reason });
  const entries =
    store.kind === "folder"
      ? await folderEntries(store.root, settings, skip, signal)
      : await gitEntries(store, options, skip);
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const read = await readerOf(store);
  try {
    const attributes = await readAttributes(entries, read);
    const license = await readLicense(entries, read);
    const judge = createPathJudge(settings, attributes);
    const files: ListedSource["files"] = [];
    for (const entry of entries) {
      const language = findLanguage(entry.name);
      const reason = judge(entry.name, language);
      if (reason !== null || language === null) skip(entry.name, reason ?? "not source code", entry.bytes);
      else files.push({ ...entry, source: options.source, language });
    }
    return { files, license };
  } finally {
    read.close();
  }
}

type Skip = (name: string, reason: string, bytes?: number) => void;

async function folderEntries(
  root: string,
  settings: BuildSettings,
  skip: Skip,
  signal: AbortSignal | undefined,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  const skips = { add: (reason: string, name: string) => skip(name, reason) };
  for await (const path of walkFolder(root, { skips, withVendored: !settings.vendored, signal })) {
    const info = await stat(path).catch(() => null);
    const name = relative(root, path).split(sep).join("/");
    if (info === null) skip(name, "not readable");
    else entries.push({ name, bytes: info.size, where: path, modifiedAt: info.mtime.toISOString() });
  }
  return entries;
}

/** `ls-tree` of the commit: mode, kind, object, size and path. Links and submodules are not followed. */
async function gitEntries(
  { gitDir, commit }: Extract<FileStore, { kind: "git" }>,
  options: ListOptions,
  skip: Skip,
): Promise<Entry[]> {
  const { settings, modified, committedAt, signal } = options;
  const listed = (
    await runGit(["--git-dir", gitDir, "ls-tree", "-r", "-l", "-z", "--full-tree", commit], { signal })
  ).toString();
  const entries: Entry[] = [];
  for (const line of listed.split("\0")) {
    const [, mode, kind, where, size, name] = /^(\d+) (\w+) ([0-9a-f]+) +(-|\d+)\t([\s\S]+)$/.exec(line) ?? [];
    if (mode === undefined || where === undefined || name === undefined) continue;
    if (kind === "commit") skip(name, "submodule");
    else if (mode === "120000") skip(name, "symbolic link");
    else if (name.includes("\ufffd")) skip(name, "not UTF-8");
    else {
      const folder = settings.vendored ? vendoredFolder(name) : null;
      if (folder !== null) skip(name, folder, Number(size));
      else entries.push({ name, bytes: Number(size), where, modifiedAt: modified?.get(name) ?? committedAt ?? null });
    }
  }
  return entries;
}

function vendoredFolder(name: string): string | null {
  const parts = name.split("/").slice(0, -1);
  for (const part of parts) {
    const skip = findFolderSkip(part, []);
    if (skip !== null) return skip;
  }
  return null;
}

interface EntryReader {
  (entry: Entry, maxBytes: number): Promise<string | null>;
  close(): void;
}

async function readerOf(store: FileStore): Promise<EntryReader> {
  const blobs = store.kind === "git" ? new BlobReader(store.gitDir) : null;
  const read = async ({ where, bytes }: Entry, maxBytes: number): Promise<string | null> => {
    if (bytes > maxBytes) return null;
    const content = blobs === null ? await readFile(where).catch(() => null) : await blobs.read(where);
    return content?.toString() ?? null;
  };
  return Object.assign(read, { close: () => blobs?.close() });
}

async function readLicense(entries: readonly Entry[], read: EntryReader): Promise<string | null> {
  const found: { name: string; text: string }[] = [];
  for (const entry of entries.filter(({ name }) => isLicenseSource(name)).slice(0, GENERAL_FILES)) {
    const text = await read(entry, MAX_LICENSE_BYTES);
    if (text !== null) found.push({ name: entry.name, text });
  }
  return findRepositoryLicense(found);
}

interface Attribute {
  /** Folder of the .gitattributes, "" for the topmost. */
  folder: string;
  rules: Ignore;
  attribute: "vendored" | "generated";
  isSet: boolean;
}

/** Of every .gitattributes what GitHub's linguist reads of it; later lines win, as with git. */
async function readAttributes(entries: readonly Entry[], read: EntryReader): Promise<Attribute[]> {
  const attributes: Attribute[] = [];
  for (const entry of entries) {
    if (basename(entry.name) !== ".gitattributes") continue;
    const text = (await read(entry, MAX_ATTRIBUTE_BYTES)) ?? "";
    const folder = entry.name.slice(0, -".gitattributes".length);
    for (const line of text.split("\n")) {
      const [pattern, ...words] = line.trim().split(/\s+/);
      if (pattern === undefined || pattern === "" || pattern.startsWith("#") || pattern.startsWith("!")) continue;
      for (const word of words) {
        const [, off, name, value] = /^(-?)linguist-(vendored|generated)(?:=(\w+))?$/.exec(word) ?? [];
        if (name === undefined) continue;
        attributes.push({
          folder,
          rules: ignore().add(pattern),
          attribute: name as Attribute["attribute"],
          isSet: off !== "-" && value !== "false",
        });
      }
    }
  }
  return attributes;
}

/** Why a path is left out, or null. */
function createPathJudge(
  settings: BuildSettings,
  attributes: readonly Attribute[],
): (name: string, language: string | null) => string | null {
  const include = settings.include.length === 0 ? null : ignore().add(settings.include);
  const exclude = settings.exclude.length === 0 ? null : ignore().add(settings.exclude);
  const languages = new Set(settings.languages.map((language) => language.toLowerCase()));
  return (name, language) => {
    if (include !== null && !include.ignores(name)) return "not included";
    if (exclude?.ignores(name)) return "excluded";
    if (settings.vendored) {
      for (const attribute of ["vendored", "generated"] as const) {
        const last = attributes.findLast(
          (item) =>
            item.attribute === attribute &&
            name.startsWith(item.folder) &&
            item.rules.ignores(name.slice(item.folder.length)),
        );
        if (last?.isSet) return `linguist-${attribute}`;
      }
    }
    const named = findNameSkip(name);
    // Files that hold secrets by their name are never read.
    if (named !== null && (settings.vendored || named === "may hold secrets")) return named;
    if (language === null) return "not source code";
    return languages.size > 0 && !languages.has(language) ? "another language" : null;
  };
}
