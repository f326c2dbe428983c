import type { DatasetView } from "@/lib/contracts/views";

/** Of several versions only the last one; the order stays. */
export function newestOfEachName(datasets: DatasetView[]): DatasetView[] {
  const newest = new Map<string, number>();
  for (const { name, version } of datasets) newest.set(name, Math.max(version, newest.get(name) ?? 0));
  return datasets.filter(({ name, version }) => newest.get(name) === version);
}
