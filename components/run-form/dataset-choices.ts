import { formatDocuments } from "@/components/ui/format";
import type { DatasetView } from "@/lib/contracts/views";
import type { DatasetChoice } from "./source-fields";

/** Always there: built when the studio starts, or else when someone asks for it. */
const OWN_SOURCE: DatasetChoice = {
  value: "this-repository",
  label: "this-repository (the studio’s own source)",
  id: null,
};

/** By name, which people know; by id where two have the same name. The studio's own source is always among them. */
export function datasetChoices(datasets: DatasetView[]): DatasetChoice[] {
  const choices = datasets.map(({ id, name, stats }) => {
    const isOnlyOne = datasets.filter((other) => other.name === name).length === 1;
    return { value: isOnlyOne ? name : id, label: `${name} (${formatDocuments(stats.documents)})`, id };
  });
  return datasets.some(({ name }) => name === OWN_SOURCE.value) ? choices : [...choices, OWN_SOURCE];
}
