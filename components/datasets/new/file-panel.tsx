"use client";
import { type FormEvent, useState } from "react";
import { type CreateJob, useJobForm } from "@/components/jobs/use-job-form";
import { Card } from "@/components/ui/card";
import { formatBytes, formatCount } from "@/components/ui/format";
import { Notice } from "@/components/ui/notice";
import { SelectField } from "@/components/ui/select-field";
import type { ColumnMapping } from "@/lib/contracts/columns";
import type { FileView } from "@/lib/contracts/file-view";
import { ColumnFields } from "./column-fields";
import { NameField } from "./name-field";
import { nameFrom } from "./name-from";
import { RowsTable } from "./rows-table";
import { SubmitRow } from "./submit-row";

export interface FilePanelProps {
  view: FileView;
  create: CreateJob;
  onCreated(): void;
  onEncoding(encoding: FileView["encoding"]): void;
}

const ENCODINGS = [
  { value: "utf-8", label: "UTF-8" },
  { value: "windows-1252", label: "Windows-1252 (Latin-1)" },
];

/** What a file holds, which columns are what, and the button that makes a dataset of it. */
export function FilePanel({ view, create, onCreated, onEncoding }: FilePanelProps) {
  const fallback: ColumnMapping = { kind: "text", text: view.columns[0]?.name ?? "text" };
  const [mapping, setMapping] = useState<ColumnMapping>(view.guess ?? fallback);
  const [name, setName] = useState("");
  const form = useJobForm(create, onCreated);
  const suggested = nameFrom(view.name);
  const isArchive = view.kind === "archive";
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const { path, encoding } = view;
    const spec = isArchive
      ? { kind: "dataset-build", source: { kind: "archive", path } }
      : { kind: "dataset-import", source: { kind: "file", path, format: view.kind, encoding, columns: mapping } };
    await form.submit(() => ({ name: name.trim() || suggested, ...spec }));
  };
  return (
    <form ref={form.element} noValidate onSubmit={submit} className="flex flex-col gap-6">
      {!isArchive && (
        <Card isFlush title={view.name} aside={<Facts view={view} />}>
          <RowsTable columns={view.columns} rows={view.rows} />
        </Card>
      )}
      <Card title="Make a dataset of it">
        <div className="flex max-w-3xl flex-col gap-4">
          {isArchive && (
            <p className="text-[13px] text-text-2">
              {view.name} is an archive of {formatBytes(view.bytes)}: it is unpacked and cleaned like a folder of code.
            </p>
          )}
          {view.problems.length > 0 && (
            <Notice tone="warn">
              Left out, among the first: {view.problems.join("; ")}. All of them are listed with the dataset.
            </Notice>
          )}
          {!isArchive && (
            <ColumnFields
              id="file-columns"
              columns={view.columns}
              mapping={mapping}
              errors={form.errors.source}
              onChange={setMapping}
            />
          )}
          <div className="grid gap-x-4 gap-y-3 sm:grid-cols-2">
            <NameField id="file-name" value={name} suggested={suggested} errors={form.errors.name} onChange={setName} />
            {!isArchive && view.kind !== "parquet" && view.kind !== "arrow" && (
              <SelectField
                id="file-encoding"
                label="Encoding"
                value={view.encoding}
                options={ENCODINGS}
                onChange={(value) => onEncoding(value as FileView["encoding"])}
              />
            )}
          </div>
          <SubmitRow label={isArchive ? "Build dataset" : "Import rows"} problem={form.problem} isBusy={form.isBusy} />
        </div>
      </Card>
    </form>
  );
}

function Facts({ view }: { view: FileView }) {
  return (
    <span className="text-[12px] text-text-3">
      first {view.rows.length} rows of a {view.kind.toUpperCase()} file of {formatBytes(view.bytes)} ·{" "}
      {formatCount(view.looked)} looked at
    </span>
  );
}
