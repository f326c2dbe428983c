"use client";
import type { FormEvent } from "react";
import { type CreateJob, useJobForm } from "@/components/jobs/use-job-form";
import { Card } from "@/components/ui/card";
import { Fold } from "@/components/ui/fold";
import { useDraft } from "@/components/ui/use-draft";
import { NameField } from "../name-field";
import { nameFrom } from "../name-from";
import { SubmitRow } from "../submit-row";
import { BuildFieldInput } from "./build-field";
import { BUILD_GROUPS, type BuildField, PLAIN_FIELDS } from "./build-fields";
import { type BuildValues, DEFAULT_BUILD_VALUES, isChanged, readBuildValues } from "./build-values";
import { type CodeSource, CodeSourceFields } from "./code-source-fields";
import { LicenseChoice } from "./license-choice";

export interface CodeFormProps {
  create: CreateJob;
  /** Whose documents can count as seen already. */
  datasets: readonly { value: string; label: string }[];
}

type Draft = CodeSource & { name: string; settings: BuildValues };

const START: Draft = {
  place: "git",
  path: "",
  repositories: [{ address: "", ref: "" }],
  name: "",
  settings: DEFAULT_BUILD_VALUES,
};

const fieldGrid = "grid items-start gap-x-6 gap-y-5 sm:grid-cols-2";

/** From a repository or folder to a clean dataset: a few choices in sight, every step of the build folded below. */
export function CodeForm({ create, datasets }: CodeFormProps) {
  const [draft, set, forget] = useDraft("codetune-dataset-code", START);
  const form = useJobForm(create, forget);
  // A draft of an older version lacks settings that came later.
  const values = { ...DEFAULT_BUILD_VALUES, ...draft.settings };
  const named = draft.repositories.filter(({ address }) => address.trim() !== "");
  const suggested = nameFrom(draft.place === "folder" ? draft.path : (named[0]?.address ?? ""));
  const name = draft.name.trim() || suggested;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const isMissing = draft.place === "folder" ? draft.path.trim() === "" : named.length === 0;
    const { settings, errors } = readBuildValues(values);
    const missing = {
      ...errors,
      ...(isMissing && { source: [draft.place === "folder" ? "name a folder" : "name a repository"] }),
      ...(name === "" && { name: ["give it a name"] }),
    };
    await form.submit(() => ({ kind: "dataset-build", name, source: sourceOf(draft), settings }), missing);
  };
  const setSettings = (change: Partial<BuildValues>) => set({ settings: { ...values, ...change } });
  const field = (key: BuildField) => (
    <BuildFieldInput
      key={key}
      field={key}
      value={values[key]}
      errors={form.errors[key]}
      datasets={datasets}
      onChange={(text) => setSettings({ [key]: text })}
    />
  );
  return (
    <form ref={form.element} noValidate className="flex max-w-3xl flex-col gap-4" onSubmit={submit}>
      <Card>
        <div className="flex flex-col gap-5">
          <CodeSourceFields source={draft} errors={form.errors.source} onChange={set} />
          <NameField
            id="code-name"
            value={draft.name}
            suggested={suggested}
            errors={form.errors.name}
            onChange={(text) => set({ name: text })}
          />
        </div>
      </Card>
      <Card title="What is taken" isFlush>
        <div className={`${fieldGrid} border-b px-4 pt-4 pb-5`}>
          {PLAIN_FIELDS.map(field)}
          <LicenseChoice values={values} onChange={setSettings} />
        </div>
        {BUILD_GROUPS.map(({ title, about, fields }) => (
          <Fold
            key={title}
            title={title}
            about={about}
            changed={fields.filter((key) => isChanged(key, values)).length}
            hasErrors={fields.some((key) => form.errors[key] !== undefined)}
          >
            <div className={fieldGrid}>{fields.map(field)}</div>
          </Fold>
        ))}
      </Card>
      <SubmitRow label="Build dataset" problem={form.problem} isBusy={form.isBusy} />
    </form>
  );
}

function sourceOf({ place, path, repositories }: CodeSource): unknown {
  if (place === "folder") return { kind: "folder", path };
  const named = repositories.filter(({ address }) => address.trim() !== "");
  return {
    kind: "git",
    repositories: named.map(({ address, ref }) => ({ address, ...(ref.trim() !== "" && { ref }) })),
  };
}
