import type { DatasetStats } from "@/lib/contracts/dataset";

export interface LanguageShare {
  name: string;
  documents: number;
  bytes: number;
  /** Of all bytes, 0 to 1. */
  share: number;
}

/** Most bytes first. */
export function languagesOf(stats: DatasetStats): LanguageShare[] {
  return Object.entries(stats.languages)
    .map(([name, counts]) => ({ name, ...counts, share: stats.bytes > 0 ? counts.bytes / stats.bytes : 0 }))
    .sort((a, b) => b.bytes - a.bytes);
}
