/** @file Counts what was left out, with a few examples of each reason. */
import type { DatasetStats } from "@/lib/contracts/dataset";

const MAX_EXAMPLES = 5;
const MAX_EXAMPLE_CHARS = 300;

export class SkipTally {
  private readonly reasons = new Map<string, { count: number; examples: string[] }>();

  add(reason: string, example: string): void {
    let entry = this.reasons.get(reason);
    if (entry === undefined) {
      entry = { count: 0, examples: [] };
      this.reasons.set(reason, entry);
    }
    entry.count++;
    if (entry.examples.length < MAX_EXAMPLES) entry.examples.push(example.slice(0, MAX_EXAMPLE_CHARS));
  }

  toStats(): DatasetStats["skipped"] {
    return Object.fromEntries(this.reasons);
  }

  /** "12 git-ignored (dist/), 3 binary (logo.ts)", for refusals. */
  toText(): string {
    return [...this.reasons].map(([reason, { count, examples }]) => `${count} ${reason} (${examples[0]})`).join(", ");
  }
}
