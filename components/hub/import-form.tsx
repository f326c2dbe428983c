"use client";
import { type FormEvent, useState } from "react";
import { ColumnFields } from "@/components/datasets/new/column-fields";
import { NameField } from "@/components/datasets/new/name-field";
import { SubmitRow } from "@/components/datasets/new/submit-row";
import { type CreateJob, useJobForm } from "@/components/jobs/use-job-form";
import { Card } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { inputClass } from "@/components/ui/input-class";
import { Notice } from "@/components/ui/notice";
import type { ColumnMapping } from "@/lib/contracts/columns";
import type { HubRowsView } from "@/lib/contracts/hub";

export interface ImportFormProps {
  view: HubRowsView;
  create: CreateJob;
}

/** Makes a dataset of the split that is shown, at the commit that is shown. */
export function ImportForm({ view, create }: ImportFormProps) {
  const { repo, commit, config, split, columns, guess } = view;
  const fallback: ColumnMapping = { kind: "text", text: columns[0]?.name ?? "" };
  const [mapping, setMapping] = useState<ColumnMapping>(guess ?? fallback);
  const [name, setName] = useState("");
  const [maxRows, setMaxRows] = useState("");
  const form = useJobForm(create, () => {});
  const suggested = `${repo.split("/").at(-1) ?? repo}${split === "train" ? "" : `-${split}`}`;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const limit = maxRows.trim() === "" ? {} : { maxRows: Number(maxRows) };
    const source = { kind: "hub", repo, revision: commit, config, split, columns: mapping, ...limit };
    await form.submit(() => ({ kind: "dataset-import", name: name.trim() || suggested, source }));
  };
  const problems = Object.entries(form.errors).filter(([field]) => field !== "name");
  return (
    <form ref={form.element} noValidate onSubmit={submit}>
      <Card title="Make a dataset of it">
        <div className="flex flex-col gap-4">
          {guess === null && (
            <Notice tone="info">No column looks like text to learn; say which one it is, if there is one.</Notice>
          )}
          <ColumnFields id="hub-columns" columns={columns} mapping={mapping} onChange={setMapping} />
          <div className="grid gap-x-4 gap-y-3 sm:grid-cols-2">
            <NameField id="hub-name" value={name} suggested={suggested} errors={form.errors.name} onChange={setName} />
            <Field id="hub-rows" label="At most so many rows" hint="Empty: all of them.">
              <input
                id="hub-rows"
                inputMode="numeric"
                value={maxRows}
                placeholder="all"
                className={inputClass()}
                onChange={(event) => setMaxRows(event.target.value.replace(/\D/g, ""))}
              />
            </Field>
          </div>
          {problems.length > 0 && (
            <Notice tone="bad" isAlert>
              {problems.map(([field, says]) => `${field} ${says.join(", ")}`).join("; ")}
            </Notice>
          )}
          <p className="text-[12px] text-text-3">
            Recorded to the commit <code className="font-mono">{commit.slice(0, 12)}</code>
            {view.origin === "converted" && " of the Parquet that the Hub made of it"}: the same rows, whenever it is
            made again.
          </p>
          <SubmitRow label="Import split" problem={form.problem} isBusy={form.isBusy} />
        </div>
      </Card>
    </form>
  );
}
