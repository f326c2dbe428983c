"use client";
import type { FormEvent } from "react";
import { type CreateJob, useJobForm } from "@/components/jobs/use-job-form";
import { Card } from "@/components/ui/card";
import { describedBy, Field } from "@/components/ui/field";
import { inputClass } from "@/components/ui/input-class";
import { useDraft } from "@/components/ui/use-draft";
import { NameField } from "./name-field";
import { nameFrom } from "./name-from";
import { SubmitRow } from "./submit-row";

const START = { path: "", name: "" };

/** A folder of code. */
export function CodeForm({ create }: { create: CreateJob }) {
  const [values, set, forget] = useDraft("codetune-dataset-code", START);
  const form = useJobForm(create, forget);
  const name = values.name.trim() || nameFrom(values.path);
  const sourceErrors = form.errors.source;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    await form.submit(() => ({ kind: "dataset-build", name, source: { kind: "folder", path: values.path } }), {
      ...(values.path.trim() === "" && { source: ["name a folder"] }),
      ...(name === "" && { name: ["give it a name"] }),
    });
  };
  return (
    <form ref={form.element} noValidate className="max-w-2xl" onSubmit={submit}>
      <Card>
        <div className="flex flex-col gap-5">
          <Field
            id="code-path"
            label="Folder"
            hint="Source files below it. Git-ignored, vendored, generated, minified and binary files are left out, and listed."
            errors={sourceErrors}
          >
            <input
              id="code-path"
              value={values.path}
              autoComplete="off"
              spellCheck={false}
              aria-describedby={describedBy("code-path")}
              aria-invalid={sourceErrors !== undefined}
              placeholder="/home/you/project"
              className={inputClass(sourceErrors !== undefined, "font-mono")}
              onChange={(event) => set({ path: event.target.value })}
            />
          </Field>
          <NameField
            id="code-name"
            value={values.name}
            suggested={nameFrom(values.path)}
            errors={form.errors.name}
            onChange={(text) => set({ name: text })}
          />
          <SubmitRow label="Build dataset" problem={form.problem} isBusy={form.isBusy} />
        </div>
      </Card>
    </form>
  );
}
