import type { MaskToken, SamplePart } from "@/lib/contracts/dataset";

export interface PartGroup {
  part: SamplePart;
  /** Position of its first token among the tokens given. */
  start: number;
  tokens: MaskToken[];
}

/** Runs of tokens of the same part, in order. */
export function groupParts(tokens: MaskToken[]): PartGroup[] {
  const groups: PartGroup[] = [];
  for (const [index, token] of tokens.entries()) {
    const part = token.part ?? "text";
    const last = groups.at(-1);
    if (last?.part === part) last.tokens.push(token);
    else groups.push({ part, start: index, tokens: [token] });
  }
  return groups;
}

/** "psm" or "spm" for a sample that fills in the middle, by its first named part; null for any other. */
export function fimOrderOf(groups: PartGroup[]): "psm" | "spm" | null {
  if (!groups.some(({ part }) => part === "middle")) return null;
  const marks = groups.filter(({ part }) => part === "sentinel" || part === "suffix" || part === "prefix");
  // Two marks at the front, or the suffix before the prefix: suffix first. An empty prefix leaves no tokens.
  return (marks[0]?.tokens.length ?? 0) > 1 ? "spm" : "psm";
}
