"use client";
import { Field } from "@/components/ui/field";
import { inputClass } from "@/components/ui/input-class";
import { SelectField } from "@/components/ui/select-field";
import { HUB_DATASET_SIZES, HUB_SORTS, type HubRepoType } from "@/lib/contracts/hub";

export const NO_FILTERS = {
  text: "",
  author: "",
  task: "",
  language: "",
  license: "",
  size: "",
  maxParameters: "",
  gated: "",
  sort: "downloads",
};
export type SearchFilters = typeof NO_FILTERS;

const SORT_LABELS: Record<(typeof HUB_SORTS)[number], string> = {
  trendingScore: "trending",
  downloads: "most downloads",
  likes: "most likes",
  lastModified: "changed last",
  createdAt: "newest",
};
const LICENSES = ["apache-2.0", "mit", "bsd-3-clause", "cc-by-4.0", "cc-by-sa-4.0", "cc0-1.0", "openrail", "llama3.2"];
const ANY = { value: "", label: "any" };
const PARAMETERS = [
  { value: "200000000", label: "up to 200 M" },
  { value: "500000000", label: "up to 500 M" },
  { value: "1500000000", label: "up to 1.5 B" },
  { value: "4000000000", label: "up to 4 B" },
];

export interface SearchFiltersProps {
  type: HubRepoType;
  filters: SearchFilters;
  set(change: Partial<SearchFilters>): void;
}

/** What narrows a search on the Hub, beside its words. */
export function SearchFilterFields({ type, filters, set }: SearchFiltersProps) {
  const text = (id: "author" | "task" | "language", label: string, placeholder: string) => (
    <Field id={`hub-${type}-${id}`} label={label}>
      <input
        id={`hub-${type}-${id}`}
        value={filters[id]}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        className={inputClass()}
        onChange={(event) => set({ [id]: event.target.value })}
      />
    </Field>
  );
  const select = (
    id: "license" | "size" | "maxParameters" | "gated" | "sort",
    label: string,
    options: readonly { value: string; label: string }[],
  ) => (
    <SelectField
      id={`hub-${type}-${id}`}
      label={label}
      value={filters[id]}
      options={options}
      onChange={(value) => set({ [id]: value })}
    />
  );
  return (
    <div className="grid grid-cols-2 gap-x-4 gap-y-3 sm:grid-cols-4 xl:grid-cols-2">
      {text("author", "Author", "bigcode")}
      {text("task", "Task", "text-generation")}
      {text("language", "Language", "en")}
      {select("license", "Licence", [ANY, ...LICENSES.map((id) => ({ value: id, label: id }))])}
      {type === "dataset"
        ? select("size", "Rows", [ANY, ...HUB_DATASET_SIZES.map((size) => ({ value: size, label: size }))])
        : select("maxParameters", "Parameters", [ANY, ...PARAMETERS])}
      {select("gated", "Gated", [
        ANY,
        { value: "no", label: "open to all" },
        { value: "yes", label: "access on request" },
      ])}
      {select(
        "sort",
        "First",
        HUB_SORTS.map((sort) => ({ value: sort, label: SORT_LABELS[sort] })),
      )}
    </div>
  );
}
