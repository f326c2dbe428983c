/** @file What the steps of a build are called, and what they are for. */

interface StepLabel {
  label: string;
  /** What it takes out or does. */
  about: string;
}

const LABELS: Record<string, StepLabel> = {
  paths: { label: "Paths", about: "Not wanted by its path: excluded, git-ignored, vendored, lock files, data" },
  size: { label: "Size", about: "Too short to learn from, or too long" },
  generated: { label: "Generated", about: "Minified, or written by a program" },
  encoding: { label: "Encoding", about: "Binary, or no UTF-8" },
  license: { label: "Licence", about: "Under a licence that is not on the list" },
  secrets: { label: "Secrets", about: "Keys, tokens and passwords" },
  personal_data: { label: "Personal data", about: "E-mail and IP addresses, private keys" },
  exact_duplicates: { label: "Exact duplicates", about: "The same text once more" },
  near_duplicates: { label: "Near duplicates", about: "Almost the same text once more" },
  decontamination: { label: "Decontamination", about: "Shares passages with benchmarks or with the evaluation split" },
  syntax: { label: "Syntax", about: "Does not parse" },
  order: { label: "Order", about: "Sorted for training" },
  split: { label: "Split", about: "Divided into training and evaluation" },
};

export const stepLabel = (id: string): StepLabel => LABELS[id] ?? { label: id.replaceAll("_", " "), about: "" };
