import { versionedName } from "@/lib/contracts/dataset-name";
import type { Amount, DatasetReport, ReportStep } from "@/lib/contracts/dataset-report";
import { describeSource } from "@/lib/contracts/describe-source";
import { formatBytes } from "@/lib/contracts/format-bytes";
import type { DatasetDetailView, DatasetView } from "@/lib/contracts/views";

const SHOWN_ROWS = 3;
const SHOWN_LINES = 12;
const SHOWN_LINE_LENGTH = 160;

export interface InspectedDataset {
  dataset: DatasetDetailView;
  report: DatasetReport | null;
  versions: DatasetView[];
  parents: DatasetView[];
  children: DatasetView[];
}

const count = (value: number): string => value.toLocaleString("en-US");
const amount = ({ documents, bytes }: Amount): string => `${count(documents)} documents, ${formatBytes(bytes)}`;
const names = (datasets: DatasetView[]): string => datasets.map(versionedName).join(", ");

/** Facts, the report's steps and the first rows, for the terminal. */
export function describeDataset({ dataset, report, versions, parents, children }: InspectedDataset): string {
  const { what, where } = describeSource(dataset.source);
  const lines = [
    `${versionedName(dataset)}  (${dataset.id})`,
    `source:     ${what} ${where}`,
    `content:    ${amount(dataset.stats)}, sha256 ${dataset.contentHash}`,
    `languages:  ${shares(dataset.stats.languages)}`,
  ];
  if (versions.length > 1) lines.push(`versions:   ${versions.map(({ version }) => version).join(", ")}`);
  if (parents.length > 0) lines.push(`made from:  ${names(parents)}`);
  if (children.length > 0) lines.push(`used for:   ${names(children)}`);
  lines.push(...(report === null ? skipsOf(dataset) : reportLines(report)));
  for (const { name, language, prompt = "", text } of dataset.preview.slice(0, SHOWN_ROWS)) {
    lines.push("", `── ${name} (${language})`);
    const shown = `${prompt}${text}`.split("\n");
    lines.push(...shown.slice(0, SHOWN_LINES).map((line) => line.slice(0, SHOWN_LINE_LENGTH)));
    if (shown.length > SHOWN_LINES) lines.push(`… ${count(shown.length - SHOWN_LINES)} more lines`);
  }
  return lines.join("\n");
}

function shares(amounts: Record<string, Amount>): string {
  const entries = Object.entries(amounts).sort(([, a], [, b]) => b.bytes - a.bytes);
  return entries.map(([name, each]) => `${name} (${amount(each)})`).join("; ");
}

function skipsOf({ stats }: DatasetDetailView): string[] {
  const skips = Object.entries(stats.skipped);
  return skips.length === 0
    ? []
    : [`left out:   ${skips.map(([reason, skip]) => `${count(skip.count)} ${reason}`).join(", ")}`];
}

function reportLines({ input, steps, output, sources }: DatasetReport): string[] {
  const lines = [`licences:   ${shares(output.licenses)}`];
  for (const { address, ref, commit } of sources) {
    if (commit !== null) lines.push(`commit:     ${address} ${ref === null ? "" : `${ref} at `}${commit}`);
  }
  if (output.splits !== null)
    lines.push(`split:      training ${amount(output.splits.train)}; evaluation ${amount(output.splits.eval)}`);
  lines.push("", `came in:    ${count(input.files)} files, ${formatBytes(input.bytes)}`);
  lines.push(...steps.map((step) => `  ${step.id.padEnd(18)} ${outcomeOf(step)}`));
  lines.push(`left:       ${amount(output)}`);
  return lines;
}

function outcomeOf({ isOn, removed, changed, reasons }: ReportStep): string {
  if (!isOn) return "off";
  const why = reasons.map(({ reason, documents }) => `${count(documents)} ${reason}`).join(", ");
  const parts = [];
  if (removed.documents > 0) parts.push(`took ${amount(removed)}${why === "" ? "" : ` (${why})`}`);
  if (changed > 0) parts.push(`changed ${count(changed)}`);
  return parts.join("; ") || "took nothing";
}
