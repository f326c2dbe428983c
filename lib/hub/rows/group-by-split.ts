import type { HubFile, HubSplit } from "@/lib/contracts/hub";

/** One entry for each configuration and split, in order of appearance; its files by name. */
export function groupBySplit(entries: readonly { config: string; split: string; file: HubFile }[]): HubSplit[] {
  const groups = new Map<string, HubSplit>();
  for (const { config, split, file } of entries) {
    const key = `${config}\n${split}`;
    const group = groups.get(key) ?? { config, split, files: [], bytes: 0 };
    group.files.push(file);
    group.bytes += file.bytes;
    groups.set(key, group);
  }
  for (const { files } of groups.values()) files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return [...groups.values()];
}
