"use client";
import { type FormEvent, useState } from "react";
import type { CreateJob } from "@/components/jobs/use-job-form";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { describedBy, Field } from "@/components/ui/field";
import { inputClass } from "@/components/ui/input-class";
import { Notice } from "@/components/ui/notice";
import { useDraft } from "@/components/ui/use-draft";
import { FILE_ENDINGS } from "@/lib/contracts/file-view";
import { FilePanel } from "./file-panel";
import { useFileView } from "./use-file-view";

const WHAT =
  "Rows as JSONL, JSON, CSV, TSV, Parquet or Arrow; text; or a zip or tar of source code. Up to 8 GB; an upload that breaks off goes on where it was.";

/** A file from this computer, or one that the server can read: looked at first, then made a dataset of. */
export function RowsForm({ create }: { create: CreateJob }) {
  const [values, set, forget] = useDraft("codetune-dataset-file", { path: "" });
  const [file, setFile] = useState<File | null>(null);
  const { view, problem, doing, look, reset } = useFileView();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    await look(file ?? values.path);
  };
  return (
    <div className="flex flex-col gap-6">
      <form noValidate className="max-w-2xl" onSubmit={submit}>
        <Card>
          <div className="flex flex-col gap-5">
            <Field id="rows-file" label="File from this computer" hint={WHAT}>
              <input
                id="rows-file"
                type="file"
                accept={FILE_ENDINGS}
                aria-describedby={describedBy("rows-file")}
                className="w-full rounded-md border border-line-strong/60 border-dashed p-3 text-[13px] file:mr-3 file:rounded file:border-0 file:bg-surface-3 file:px-3 file:py-1.5 file:font-medium file:text-text"
                onChange={(event) => {
                  setFile(event.target.files?.[0] ?? null);
                  reset();
                }}
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
                onChange={(event) => {
                  set({ path: event.target.value });
                  reset();
                }}
              />
            </Field>
            {problem !== null && (
              <Notice tone="bad" isAlert>
                {problem}
              </Notice>
            )}
            <div className="flex flex-wrap items-center gap-3">
              <Button type="submit" disabled={doing !== null || (file === null && values.path.trim() === "")}>
                Look at it
              </Button>
              <output className="text-[13px] text-text-2">{doing}</output>
            </div>
          </div>
        </Card>
      </form>
      {view !== null && (
        <FilePanel
          key={view.path + view.encoding}
          view={view}
          create={create}
          onCreated={forget}
          onEncoding={(encoding) => look(view.path, encoding)}
        />
      )}
    </div>
  );
}
