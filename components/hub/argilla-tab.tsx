"use client";
import type { FormEvent } from "react";
import { NameField } from "@/components/datasets/new/name-field";
import { SubmitRow } from "@/components/datasets/new/submit-row";
import { type CreateJob, useJobForm } from "@/components/jobs/use-job-form";
import { Card } from "@/components/ui/card";
import { describedBy, Field } from "@/components/ui/field";
import { inputClass } from "@/components/ui/input-class";
import { useDraft } from "@/components/ui/use-draft";

const START = { address: "", workspace: "", dataset: "", prompt: "", completion: "", name: "" };

type Key = keyof typeof START;

const FIELDS: { key: Key; label: string; placeholder: string; hint: string }[] = [
  {
    key: "address",
    label: "Server",
    placeholder: "https://argilla.example.org",
    hint: "The one of ARGILLA_API_URL; its key comes from ARGILLA_API_KEY, is sent nowhere else and kept nowhere.",
  },
  { key: "workspace", label: "Workspace", placeholder: "team", hint: "As it is called there." },
  { key: "dataset", label: "Dataset", placeholder: "snippets", hint: "As it is called there." },
  {
    key: "prompt",
    label: "Prompt from",
    placeholder: "prompt",
    hint: "A field. Empty: all of the text below is learned.",
  },
  {
    key: "completion",
    label: "Text to learn from",
    placeholder: "answer.code",
    hint: "A field, or “answer.” and a question’s name: its submitted answer.",
  },
];

/** New dataset from an Argilla server. */
export function ArgillaTab({ create }: { create: CreateJob }) {
  const [values, set, forget] = useDraft("codetune-dataset-argilla", START);
  const form = useJobForm(create, forget);
  const name = values.name.trim() || values.dataset.trim();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const { address, workspace, dataset, prompt, completion } = values;
    const columns = prompt.trim()
      ? { kind: "completion", prompt: prompt.trim(), completion: completion.trim() }
      : { kind: "text", text: completion.trim() };
    const source = { kind: "argilla", address: address.trim(), workspace, dataset, columns };
    const missing = (key: Key, says: string) => (values[key].trim() === "" ? { [key]: [says] } : {});
    await form.submit(() => ({ kind: "dataset-import", name, source }), {
      ...missing("address", "name the server"),
      ...missing("workspace", "name a workspace"),
      ...missing("dataset", "name a dataset"),
      ...missing("completion", "name a field or an answer"),
    });
  };
  const errorsOf = (key: Key) => form.errors[key] ?? form.errors[`source.${key}`];
  return (
    <form ref={form.element} noValidate className="max-w-2xl" onSubmit={submit}>
      <Card>
        <div className="flex flex-col gap-4">
          {FIELDS.map(({ key, label, placeholder, hint }) => (
            <Field key={key} id={`argilla-${key}`} label={label} hint={hint} errors={errorsOf(key)}>
              <input
                id={`argilla-${key}`}
                value={values[key]}
                placeholder={placeholder}
                autoComplete="off"
                spellCheck={false}
                aria-describedby={describedBy(`argilla-${key}`)}
                aria-invalid={errorsOf(key) !== undefined}
                className={inputClass(errorsOf(key) !== undefined)}
                onChange={(event) => set({ [key]: event.target.value })}
              />
            </Field>
          ))}
          <NameField
            id="argilla-name"
            value={values.name}
            suggested={values.dataset}
            errors={form.errors.name}
            onChange={(text) => set({ name: text })}
          />
          <SubmitRow label="Import records" problem={form.problem} isBusy={form.isBusy} />
        </div>
      </Card>
    </form>
  );
}
