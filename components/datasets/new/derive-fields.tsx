"use client";
import { Plus, X } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { inputClass } from "@/components/ui/input-class";
import { SelectField } from "@/components/ui/select-field";
import type { DeriveKind } from "@/lib/contracts/derive-operation";

/** As typed. */
export interface DeriveValues {
  kind: DeriveKind;
  dataset: string;
  parts: { dataset: string; weight: string }[];
  languages: string;
  licenses: string;
  include: string;
  exclude: string;
  containing: string;
  not_containing: string;
  documents: string;
  threshold: string;
  by: string;
  held_out: string;
  seed: string;
}

export const START: DeriveValues = {
  kind: "mix",
  dataset: "",
  parts: [],
  languages: "",
  licenses: "",
  include: "",
  exclude: "",
  containing: "",
  not_containing: "",
  documents: "1000",
  threshold: "0.85",
  by: "file",
  held_out: "0.1",
  seed: "42",
};

const words = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== "");

/** What the service is asked for; it judges the numbers. */
export function toOperation(values: DeriveValues): object {
  const { kind, dataset, parts, languages, licenses, include, exclude, containing, not_containing, by } = values;
  const seed = Number(values.seed);
  if (kind === "mix") return { kind, seed, parts: parts.map((part) => ({ ...part, weight: Number(part.weight) })) };
  if (kind === "sample") return { kind, dataset, seed, documents: Number(values.documents) };
  if (kind === "deduplicate") return { kind, dataset, threshold: Number(values.threshold) };
  if (kind === "split") return { kind, dataset, seed, by, held_out: Number(values.held_out) };
  const lists = {
    languages: words(languages),
    licenses: words(licenses),
    include: words(include),
    exclude: words(exclude),
  };
  return { kind, dataset, ...lists, containing, not_containing };
}

export interface DeriveFieldsProps {
  values: DeriveValues;
  datasets: readonly { value: string; label: string }[];
  onChange(values: DeriveValues): void;
}

type TextKey = Exclude<keyof DeriveValues, "kind" | "parts">;

export function DeriveFields({ values, datasets, onChange }: DeriveFieldsProps) {
  const text = (key: TextKey, label: string, hint?: string, isNumber = false) => (
    <Field id={`derive-${key}`} label={label} hint={hint}>
      <input
        id={`derive-${key}`}
        value={values[key]}
        inputMode={isNumber ? "decimal" : undefined}
        autoComplete="off"
        className={inputClass()}
        onChange={(event) => onChange({ ...values, [key]: event.target.value })}
      />
    </Field>
  );
  const seed = text("seed", "Seed", "The same one draws the same documents.", true);
  if (values.kind === "mix") {
    return (
      <>
        <MixParts values={values} datasets={datasets} onChange={onChange} />
        {seed}
      </>
    );
  }
  return (
    <>
      <SelectField
        id="derive-dataset"
        label="Dataset"
        value={values.dataset}
        options={datasets}
        onChange={(dataset) => onChange({ ...values, dataset })}
      />
      <div className="grid gap-x-4 gap-y-3 sm:grid-cols-2">
        {values.kind === "filter" && (
          <>
            {text("languages", "Languages", "Names with commas between them; empty: all.")}
            {text("licenses", "Licences", "SPDX identifiers; empty: all.")}
            {text("include", "Only these names", "Patterns as in .gitignore.")}
            {text("exclude", "Not these names", "Patterns as in .gitignore.")}
            {text("containing", "Only texts with these words")}
            {text("not_containing", "Only texts without these words")}
          </>
        )}
        {values.kind === "sample" && text("documents", "Documents", undefined, true)}
        {values.kind === "deduplicate" &&
          text("threshold", "Similarity", "From which on two texts count as equal; 1: only the same text.", true)}
        {values.kind === "split" && (
          <>
            <SelectField
              id="derive-by"
              label="Held out as a whole"
              value={values.by}
              options={[
                { value: "file", label: "files" },
                { value: "repository", label: "repositories" },
                { value: "time", label: "what was changed last" },
              ]}
              onChange={(by) => onChange({ ...values, by })}
            />
            {text("held_out", "Share", "At most 0.5.", true)}
          </>
        )}
        {(values.kind === "sample" || values.kind === "split") && seed}
      </div>
    </>
  );
}

function MixParts({ values, datasets, onChange }: DeriveFieldsProps) {
  const { parts } = values;
  const set = (at: number, change: Partial<DeriveValues["parts"][number]>) =>
    onChange({ ...values, parts: parts.map((part, i) => (i === at ? { ...part, ...change } : part)) });
  return (
    <fieldset className="flex flex-col gap-3">
      <legend className="mb-2 font-medium text-[13px]">Datasets and their weights</legend>
      <p className="text-[12px] text-text-3">
        Weights are shares of the text. There is as much of each as they allow without repeating anything.
      </p>
      {parts.map((part, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts have no other name, and the same dataset may stand twice
        <div key={at} className="grid grid-cols-[minmax(0,1fr)_6rem_auto] items-center gap-2">
          <select
            aria-label={`Dataset ${at + 1}`}
            value={part.dataset}
            className={inputClass()}
            onChange={(event) => set(at, { dataset: event.target.value })}
          >
            {datasets.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
          <input
            aria-label={`Weight ${at + 1}`}
            inputMode="decimal"
            value={part.weight}
            className={inputClass()}
            onChange={(event) => set(at, { weight: event.target.value })}
          />
          <Button
            type="button"
            variant="ghost"
            aria-label={`Take dataset ${at + 1} out`}
            disabled={parts.length <= 2}
            onClick={() => onChange({ ...values, parts: parts.filter((_, i) => i !== at) })}
          >
            <X aria-hidden className="size-4" />
          </Button>
        </div>
      ))}
      <Button
        type="button"
        variant="ghost"
        className="self-start"
        onClick={() => onChange({ ...values, parts: [...parts, { dataset: datasets[0]?.value ?? "", weight: "1" }] })}
      >
        <Plus aria-hidden className="size-4" /> Add a dataset
      </Button>
    </fieldset>
  );
}
