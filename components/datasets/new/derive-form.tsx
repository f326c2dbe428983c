"use client";
import { type FormEvent, useState } from "react";
import { type CreateJob, useJobForm } from "@/components/jobs/use-job-form";
import { Card } from "@/components/ui/card";
import { Notice } from "@/components/ui/notice";
import { SelectField } from "@/components/ui/select-field";
import { DeriveFields, type DeriveValues, START, toOperation } from "./derive-fields";
import { NameField } from "./name-field";
import { SubmitRow } from "./submit-row";

export interface DeriveFormProps {
  create: CreateJob;
  datasets: readonly { value: string; label: string }[];
  /** The dataset whose page led here. */
  initial?: string | undefined;
}

const KINDS = [
  { value: "mix", label: "Mix several" },
  { value: "filter", label: "Filter" },
  { value: "sample", label: "Draw a sample" },
  { value: "deduplicate", label: "Deduplicate" },
  { value: "split", label: "Hold out other documents" },
];

/** A new version out of datasets that are there; those stay as they are. */
export function DeriveForm({ create, datasets, initial }: DeriveFormProps) {
  const first = datasets.find(({ value }) => value === initial)?.value ?? datasets[0]?.value ?? "";
  const [values, setValues] = useState<DeriveValues>({
    ...START,
    kind: initial === undefined ? "mix" : "filter",
    dataset: first,
    parts: datasets.slice(0, 2).map(({ value }) => ({ dataset: value, weight: "1" })),
  });
  const [name, setName] = useState("");
  const form = useJobForm(create, () => {});
  const suggested = datasets.find(({ value }) => value === values.dataset)?.label.replace(/@\d+$/, "") ?? "mix";
  const fallback = values.kind === "mix" ? "mix" : suggested;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    await form.submit(() => ({
      kind: "dataset-derive",
      name: name.trim() || fallback,
      operation: toOperation(values),
    }));
  };
  if (datasets.length === 0) return <Notice tone="info">There is no dataset yet to make another one of.</Notice>;
  const problems = form.errors.operation ?? form.errors.source;
  return (
    <form ref={form.element} noValidate className="max-w-2xl" onSubmit={submit}>
      <Card>
        <div className="flex flex-col gap-5">
          <SelectField
            id="derive-kind"
            label="What to do"
            value={values.kind}
            options={KINDS}
            onChange={(kind) => setValues({ ...values, kind: kind as DeriveValues["kind"] })}
          />
          <DeriveFields values={values} datasets={datasets} onChange={setValues} />
          {problems !== undefined && (
            <Notice tone="bad" isAlert>
              {problems.join("; ")}
            </Notice>
          )}
          <NameField id="derive-name" value={name} suggested={fallback} errors={form.errors.name} onChange={setName} />
          <SubmitRow label="Make dataset" problem={form.problem} isBusy={form.isBusy} />
        </div>
      </Card>
    </form>
  );
}
