import { newestOfEachName } from "@/components/datasets/newest-of-each-name";
import { formatDocuments } from "@/components/ui/format";
import { versionedName } from "@/lib/contracts/dataset-name";
import type { DatasetView } from "@/lib/contracts/views";
import type { DatasetChoice } from "./source-fields";

/** Always there: built when the studio starts, or else when someone asks for it. */
const OWN_SOURCE: DatasetChoice = {
  value: "this-repository",
  label: "this-repository (the studio’s own source)",
  id: null,
};

/** By name, which people know and which means the newest version; earlier ones as `name@2`. The studio's own source is always among them. */
export function datasetChoices(datasets: DatasetView[]): DatasetChoice[] {
  const newest = new Set(newestOfEachName(datasets).map(({ id }) => id));
  const choices = datasets.map(({ id, name, version, stats }) => {
    const versioned = `${name}@${version}`;
    const shown = versionedName({ name, version });
    return { value: newest.has(id) ? name : versioned, label: `${shown} (${formatDocuments(stats.documents)})`, id };
  });
  return datasets.some(({ name }) => name === OWN_SOURCE.value) ? choices : [...choices, OWN_SOURCE];
}
