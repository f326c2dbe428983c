/** @file Which files stay: every step's decision, in order, from what was found in each file. */
import type { Amount, ReportStep } from "@/lib/contracts/dataset-report";
import { type BuildSettings, PIPELINE_STEPS, type PipelineStep } from "@/lib/contracts/jobs/build-settings";
import { dealSplits } from "../deal-splits";
import { isLicenseAllowed } from "../filters/licenses/find-license";
import type { MinhashSignature } from "../filters/near-duplicates/minhash";
import { NearDuplicateIndex } from "../filters/near-duplicates/near-duplicate-index";
import type { TextHit } from "../filters/text-hit";
import type { FileFindings } from "./file-task";
import type { SourceFile } from "./source-file";
import { StepTally } from "./step-tally";

export interface Candidate extends SourceFile {
  /** As the document will be called; unique. */
  documentName: string;
  repository: string;
  modifiedAt: string | null;
  hash: string;
  findings: Partial<FileFindings>;
  license: string | null;
  /** Places to be redacted. */
  edits: TextHit[];
  split: "train" | "eval" | null;
}

export type Tallies = Record<PipelineStep, StepTally>;

export const createTallies = (): Tallies =>
  Object.fromEntries(PIPELINE_STEPS.map((id) => [id, new StepTally(id)])) as Tallies;

/** What reached each step follows from what the steps before it took. */
export function toReportSteps(tallies: Tallies, input: Amount): ReportStep[] {
  let before = { ...input };
  return PIPELINE_STEPS.map((id) => {
    const step = tallies[id].toReport(before);
    before = { documents: before.documents - step.removed.documents, bytes: before.bytes - step.removed.bytes };
    return step;
  });
}

/** Equal files: the first by path stays. */
export function dropExactDuplicates<T extends Pick<Candidate, "hash" | "documentName" | "bytes">>(
  files: readonly T[],
  tally: StepTally,
): T[] {
  const first = new Map<string, string>();
  return files.filter(({ hash, documentName, bytes }) => {
    const original = first.get(hash);
    if (original === undefined) {
      first.set(hash, documentName);
      return true;
    }
    tally.remove("same text", bytes, { name: documentName, detail: `equals ${original}` });
    return false;
  });
}

export interface ChooseOptions {
  settings: BuildSettings;
  tallies: Tallies;
  /** Signatures of other datasets' documents, with their names. */
  seenBefore: readonly { name: string; signature: MinhashSignature }[];
}

/** The files that stay, in their order. Errors: `invalid_input` where the split can't be made as asked. */
export function chooseDocuments(files: readonly Candidate[], options: ChooseOptions): Candidate[] {
  const { settings, tallies } = options;
  const afterLicense = files.filter((file) => hasLicense(file, settings, tallies.license));
  const afterSecrets = afterLicense.filter((file) => handleHits(file, "secrets", settings.secrets, tallies.secrets));
  const afterPersonal = afterSecrets.filter((file) =>
    handleHits(file, "personal_data", settings.personal_data, tallies.personal_data),
  );
  const afterSyntax = afterPersonal.filter((file) => parses(file, settings, tallies.syntax));
  fixSplits(afterSyntax, settings);
  const unlike = dropNearDuplicates(afterSyntax, options);
  return decontaminate(unlike, settings, tallies.decontamination);
}

function hasLicense(file: Candidate, { licenses, unknown_license }: BuildSettings, tally: StepTally): boolean {
  tally.isOn = licenses.length > 0;
  if (licenses.length === 0) return true;
  if (file.license === null) {
    if (unknown_license) return true;
    tally.remove("unknown", file.bytes, {
      name: file.documentName,
      detail: "neither the file nor its repository states one",
    });
    return false;
  }
  if (isLicenseAllowed(file.license, licenses)) return true;
  tally.remove(file.license, file.bytes, { name: file.documentName, detail: file.license });
  return false;
}

/** The place is named, never the secret. */
function handleHits(
  file: Candidate,
  kind: "secrets" | "personal_data",
  mode: BuildSettings["secrets"],
  tally: StepTally,
): boolean {
  tally.isOn = mode !== "off";
  const hits = mode === "off" ? [] : (file.findings[kind] ?? []);
  const first = hits[0];
  if (first === undefined) return true;
  const rules = [...new Set(hits.map(({ rule }) => rule))];
  const note = {
    name: file.documentName,
    detail: `${hits.length} × ${rules.join(", ")}, first at character ${first.start}`,
  };
  if (mode === "drop") tally.remove(first.rule, file.bytes, note);
  else {
    file.edits.push(...hits);
    tally.change(first.rule, file.bytes, note);
  }
  return mode !== "drop";
}

function parses(file: Candidate, { syntax }: BuildSettings, tally: StepTally): boolean {
  tally.isOn = syntax !== "off";
  const line = file.findings.syntax ?? 0;
  if (syntax === "off" || line === 0) return true;
  tally.remove(`${file.language} that does not parse`, file.bytes, {
    name: file.documentName,
    detail: `first error in line ${line}`,
  });
  return false;
}

/** Before near duplicates are looked for: what may resemble a held-out file depends on it. */
function fixSplits(files: readonly Candidate[], { split_by: by, held_out: heldOut, seed }: BuildSettings): void {
  if (by === "none" || heldOut === 0) return;
  const dealt = files.map(({ documentName, repository, modifiedAt }) => ({
    name: documentName,
    repository,
    ...(modifiedAt !== null && { modifiedAt }),
  }));
  const splits = dealSplits(dealt, { by, heldOut, seed });
  for (const [i, file] of files.entries()) file.split = splits[i] ?? "train";
}

function dropNearDuplicates(
  files: readonly Candidate[],
  { settings, tallies, seenBefore }: ChooseOptions,
): Candidate[] {
  const tally = tallies.near_duplicates;
  tally.isOn = settings.near_duplicates;
  if (!settings.near_duplicates) return [...files];
  const started = performance.now();
  const index = new NearDuplicateIndex();
  for (const [i, { signature }] of seenBefore.entries()) index.add(files.length + i, signature);
  const kept = files.filter((file, i) => {
    const signature = file.findings.signature ?? null;
    if (signature === null) return true;
    const duplicate = index.find(signature, settings.near_duplicate_threshold);
    if (duplicate === null) {
      index.add(i, signature);
      return true;
    }
    const isOwn = duplicate.of < files.length;
    const original = isOwn
      ? (files[duplicate.of] as Candidate).documentName
      : (seenBefore[duplicate.of - files.length]?.name ?? "");
    const detail = `${Math.round(duplicate.similarity * 100)} % like ${original}`;
    tally.remove(isOwn ? "almost the same text" : "almost the same text as in another dataset", file.bytes, {
      name: file.documentName,
      detail,
    });
    return false;
  });
  tally.durationMs += performance.now() - started;
  return kept;
}

function decontaminate(files: readonly Candidate[], settings: BuildSettings, tally: StepTally): Candidate[] {
  const guardsHeldOut = settings.held_out_threshold < 1 && files.some(({ split }) => split === "eval");
  tally.isOn = settings.decontamination.length > 0 || guardsHeldOut;
  if (!tally.isOn) return [...files];
  const started = performance.now();
  const names = new Set<string>(settings.decontamination);
  const heldOut = new NearDuplicateIndex();
  if (guardsHeldOut)
    for (const [i, { split, findings }] of files.entries())
      if (split === "eval" && findings.signature) heldOut.add(i, findings.signature);
  const kept = files.filter((file) => {
    const task = file.findings.tasks?.find((name) => names.has(name.split("/")[0] ?? ""));
    if (task !== undefined) {
      tally.remove(`holds a task of ${task.split("/")[0]}`, file.bytes, { name: file.documentName, detail: task });
      return false;
    }
    const signature = file.split === "eval" || !guardsHeldOut ? null : (file.findings.signature ?? null);
    const like = signature === null ? null : heldOut.find(signature, settings.held_out_threshold);
    if (like === null) return true;
    const detail = `${Math.round(like.similarity * 100)} % like ${(files[like.of] as Candidate).documentName}`;
    tally.remove("resembles a held-out file", file.bytes, { name: file.documentName, detail });
    return false;
  });
  tally.durationMs += performance.now() - started;
  return kept;
}
