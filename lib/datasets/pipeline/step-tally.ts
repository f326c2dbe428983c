/** @file What one step of a build took, for the report. */
import type { Amount, ReportStep } from "@/lib/contracts/dataset-report";

const MAX_EXAMPLES = 5;
const MAX_CHARS = 300;

export class StepTally {
  isOn = true;
  changed = 0;
  reused = 0;
  durationMs = 0;
  private readonly removed: Amount = { documents: 0, bytes: 0 };
  private readonly reasons = new Map<string, ReportStep["reasons"][number]>();

  constructor(readonly id: string) {}

  remove(reason: string, bytes: number, example: { name: string; detail: string }): void {
    this.removed.documents++;
    this.removed.bytes += bytes;
    this.note(reason, bytes, example);
  }

  /** Counts a document under a reason that stays in the dataset, in another form. */
  change(reason: string, bytes: number, example: { name: string; detail: string }): void {
    this.changed++;
    this.note(reason, bytes, example);
  }

  /** `before`: what reached the step. */
  toReport(before: Amount): ReportStep {
    const { id, isOn, removed, changed, reused } = this;
    const reasons = [...this.reasons.values()].sort((a, b) => b.documents - a.documents);
    return {
      id,
      isOn,
      before,
      removed: { ...removed },
      changed,
      reasons,
      durationMs: Math.round(this.durationMs),
      reused,
    };
  }

  private note(reason: string, bytes: number, { name, detail }: { name: string; detail: string }): void {
    const entry = this.reasons.get(reason) ?? { reason, documents: 0, bytes: 0, examples: [] };
    this.reasons.set(reason, entry);
    entry.documents++;
    entry.bytes += bytes;
    if (entry.examples.length < MAX_EXAMPLES)
      entry.examples.push({ name: name.slice(0, MAX_CHARS), detail: detail.slice(0, MAX_CHARS) });
  }
}
