/** @file The data card: what a dataset is and how it came to be, for people, in Markdown. */
import { writeFile } from "node:fs/promises";
import type { Amount, DatasetReport } from "@/lib/contracts/dataset-report";
import { formatBytes } from "@/lib/contracts/format-bytes";

const count = (value: number): string => value.toLocaleString("en-US");
/** Names of files and licences may hold what Markdown takes for its own. */
const plain = (text: string): string => text.replace(/[\\`*_{}[\]<>|#]/g, "\\$&").replace(/\s+/g, " ");

const STEP_TEXTS: Record<string, string> = {
  paths: "Not wanted by path",
  size: "Too small or too large",
  encoding: "Not text in UTF-8",
  generated: "Generated, minified or empty",
  exact_duplicates: "Exact duplicates",
  license: "Licence not allowed",
  secrets: "Secrets",
  personal_data: "Personal data",
  syntax: "Does not parse",
  near_duplicates: "Near duplicates",
  decontamination: "In a benchmark or like a held-out file",
};

export async function writeCard(path: string, name: string, report: DatasetReport): Promise<void> {
  await writeFile(path, cardOf(name, report), { flag: "wx" });
}

export function cardOf(
  name: string,
  { sources, input, steps, output, settings, contentHash, builtAt }: DatasetReport,
): string {
  const amounts = (title: string, entries: Record<string, Amount>) =>
    table(
      [title, "Files", "Size"],
      Object.entries(entries)
        .slice(0, 40)
        .map(([key, { documents, bytes }]) => [plain(key), count(documents), formatBytes(bytes)]),
    );
  const splits = output.splits === null ? "Each run deals what is held out." : amounts("Split", output.splits);
  return [
    `# ${plain(name)}`,
    `${count(output.documents)} files of source code, ${formatBytes(output.bytes)}, of ${count(input.files)} files (${formatBytes(input.bytes)}) that were looked at. Built ${builtAt.slice(0, 10)}.`,
    "## Sources",
    table(
      ["Address", "Commit", "Of", "Licence", "Files kept"],
      sources.map(({ address, commit, committedAt, license, documents }) => [
        plain(address),
        commit ?? "a folder, as it was",
        committedAt?.slice(0, 10) ?? "",
        plain(license ?? "not stated"),
        count(documents),
      ]),
    ),
    "## What was left out",
    table(
      ["Step", "Files", "Size", "Changed", "Reasons"],
      steps.map(({ id, isOn, removed, changed, reasons }) => [
        STEP_TEXTS[id] ?? id,
        isOn ? count(removed.documents) : "off",
        isOn ? formatBytes(removed.bytes) : "",
        isOn && changed > 0 ? count(changed) : "",
        reasons
          .slice(0, 6)
          .map(({ reason, documents }) => `${plain(reason)} ${count(documents)}`)
          .join(", "),
      ]),
    ),
    "## Languages",
    amounts("Language", output.languages),
    "## Licences",
    "As files state them, else their repository. They are detected by program: check before you publish what you train.",
    amounts("Licence", output.licenses),
    "## Held out",
    splits,
    "## Settings",
    `\`\`\`json\n${JSON.stringify(settings, null, 2)}\n\`\`\``,
    "## Limits",
    "Secrets and personal data are found by patterns: what has no known form stays. Redacted places read REDACTED and the kind of what was there. Near duplicates go by estimated similarity of five-token runs; benchmarks by runs of ten words of their prompts.",
    `Content: sha256 \`${contentHash}\` over documents.jsonl. The same commits and settings give it again.`,
    "",
  ].join("\n\n");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
