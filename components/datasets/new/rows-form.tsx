"use client";
import { type FormEvent, useState } from "react";
import { type CreateJob, useJobForm } from "@/components/jobs/use-job-form";
import { Card } from "@/components/ui/card";
import { describedBy, Field } from "@/components/ui/field";
import { inputClass } from "@/components/ui/input-class";
import { useDraft } from "@/components/ui/use-draft";
import type { DatasetSource } from "@/lib/contracts/dataset";
import { uploadFile } from "../upload-file";
import { NameField } from "./name-field";
import { nameFrom } from "./name-from";
import { SubmitRow } from "./submit-row";

const START = { path: "", name: "" };
const WHAT =
  "One JSON object a line, with “text”, with “prompt” and “completion” or Alpaca’s “instruction” and “output” (only the answer is learned), or with “messages” or ShareGPT’s “conversations”.";

/** JSONL rows: a file from this computer, or one that the server can read. */
export function RowsForm({ create }: { create: CreateJob }) {
  const [values, set, forget] = useDraft("codetune-dataset-rows", START);
  const [file, setFile] = useState<File | null>(null);
  const [doing, setDoing] = useState<string | null>(null);
  const form = useJobForm(create, forget);
  const suggested = nameFrom(file?.name ?? values.path);
  const name = values.name.trim() || suggested;
  const errors = form.errors.source;
  const sourceOf = async (): Promise<DatasetSource> => {
    if (file === null) return { kind: "jsonl", path: values.path };
    const say = (share: number) => setDoing(`Uploading ${file.name}: ${Math.round(share * 100)} %`);
    const { path } = await uploadFile(file, say).finally(() => setDoing(null));
    return { kind: "jsonl", path };
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    await form.submit(async () => ({ kind: "dataset-build", name, source: await sourceOf() }), {
      ...(file === null && values.path.trim() === "" && { source: ["choose a file or name one"] }),
      ...(name === "" && { name: ["give it a name"] }),
    });
  };
  return (
    <form ref={form.element} noValidate className="max-w-2xl" onSubmit={submit}>
      <Card>
        <div className="flex flex-col gap-5">
          <Field id="rows-file" label="File from this computer" hint={WHAT} errors={errors}>
            <input
              id="rows-file"
              type="file"
              accept=".jsonl,.json,.ndjson"
              aria-describedby={describedBy("rows-file")}
              aria-invalid={errors !== undefined}
              className="w-full rounded-md border border-line-strong/60 border-dashed p-3 text-[13px] file:mr-3 file:rounded file:border-0 file:bg-surface-3 file:px-3 file:py-1.5 file:font-medium file:text-text"
              onChange={(event) => setFile(event.target.files?.[0] ?? null)}
            />
          </Field>
          <Field id="rows-path" label="or a file that the server can read">
            <input
              id="rows-path"
              value={values.path}
              autoComplete="off"
              spellCheck={false}
              disabled={file !== null}
              placeholder="/home/you/examples.jsonl"
              className={inputClass(false, "font-mono")}
              onChange={(event) => set({ path: event.target.value })}
            />
          </Field>
          <NameField
            id="rows-name"
            value={values.name}
            suggested={suggested}
            errors={form.errors.name}
            onChange={(text) => set({ name: text })}
          />
          <SubmitRow label="Add rows" problem={form.problem} isBusy={form.isBusy} doing={doing} />
        </div>
      </Card>
    </form>
  );
}
