"use client";
import { useRouter } from "next/navigation";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import { describedBy, Field } from "@/components/ui/field";
import { inputClass } from "@/components/ui/input-class";
import { Notice } from "@/components/ui/notice";
import type { ActionResult } from "@/lib/contracts/action-result";
import type { JobView } from "@/lib/contracts/data-job";
import type { DatasetSource } from "@/lib/contracts/dataset";
import { uploadFile } from "./upload-file";

export interface DatasetFormProps {
  create(input: { spec: unknown }): Promise<ActionResult<JobView>>;
}

type Kind = "folder" | "upload" | "jsonl";

const KINDS: { kind: Kind; label: string; what: string }[] = [
  {
    kind: "folder",
    label: "Folder of code",
    what: "Source files below it. Git-ignored, vendored, generated, minified and binary files are left out, and listed.",
  },
  {
    kind: "upload",
    label: "Upload JSONL",
    what: "One JSON object a line, with “text”, or with “prompt” and “completion” (then only the completion is learned).",
  },
  { kind: "jsonl", label: "JSONL on disk", what: "The same, from a file that the server can read." },
];

/** The last part of a path, as a first idea for the name. */
const nameFrom = (path: string): string =>
  path
    .replace(/[\\/]+$/, "")
    .split(/[\\/]/)
    .pop()
    ?.replace(/\.jsonl?$/i, "") ?? "";

export function DatasetForm({ create }: DatasetFormProps) {
  const router = useRouter();
  const element = useRef<HTMLFormElement>(null);
  const [kind, setKind] = useState<Kind>("folder");
  const [path, setPath] = useState("");
  const [file, setFile] = useState<File | null>(null);
  const [name, setName] = useState("");
  const [errors, setErrors] = useState<Record<string, string[]>>({});
  const [problem, setProblem] = useState<string | null>(null);
  const [doing, setDoing] = useState<string | null>(null);
  const suggested = kind === "upload" ? nameFrom(file?.name ?? "") : nameFrom(path);

  const sourceOf = async (): Promise<DatasetSource> => {
    if (kind !== "upload" || file === null) return { kind: kind === "folder" ? "folder" : "jsonl", path };
    setDoing(`Uploading ${file.name}…`);
    const uploaded = await uploadFile(file, (share) =>
      setDoing(`Uploading ${file.name}: ${Math.round(share * 100)} %`),
    );
    return { kind: "jsonl", path: uploaded.path };
  };
  // Once the errors are drawn: to the first field that has one.
  useEffect(() => {
    if (Object.keys(errors).length > 0) element.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [errors]);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const missing: Record<string, string[]> = {};
    if (kind === "upload" ? file === null : path.trim() === "") {
      missing.source = [kind === "folder" ? "name a folder" : kind === "jsonl" ? "name a file" : "choose a file"];
    }
    if ((name.trim() || suggested) === "") missing.name = ["give it a name"];
    setErrors(missing);
    setProblem(null);
    if (Object.keys(missing).length > 0) return;
    try {
      const source = await sourceOf();
      setDoing("Starting…");
      const result = await create({ spec: { kind: "dataset-build", name: name.trim() || suggested, source } });
      if (result.ok) return router.push(`/datasets/jobs/${result.data.id}`);
      setProblem(result.message);
      setErrors(result.fieldErrors ?? {});
    } catch (error) {
      setProblem(
        error instanceof Error && error.name === "ApiError"
          ? error.message
          : "The studio can't be reached; nothing you typed is lost. Press again when it runs.",
      );
    }
    setDoing(null);
  };

  const sourceErrors = errors.source ?? errors.path;
  const { what } = KINDS.find((entry) => entry.kind === kind) ?? { what: "" };
  return (
    <form ref={element} onSubmit={submit} noValidate className="max-w-2xl">
      <Card>
        <div className="flex flex-col gap-5">
          <fieldset>
            <legend className="mb-2 font-medium text-[13px]">Where the data is</legend>
            <div className="grid grid-cols-3 gap-1 rounded-md bg-surface-2 p-1">
              {KINDS.map((entry) => (
                <label
                  key={entry.kind}
                  className={cn(
                    "flex min-h-9 cursor-pointer items-center justify-center rounded px-2 text-center font-medium text-[13px] text-text-2 has-focus-visible:outline-2 has-focus-visible:outline-accent",
                    kind === entry.kind && "bg-surface text-text shadow-sm",
                  )}
                >
                  <input
                    type="radio"
                    name="kind"
                    className="sr-only"
                    checked={kind === entry.kind}
                    onChange={() => {
                      setKind(entry.kind);
                      setErrors({});
                    }}
                  />
                  {entry.label}
                </label>
              ))}
            </div>
          </fieldset>
          {kind === "upload" ? (
            <Field id="file" label="File" hint={what} errors={sourceErrors}>
              <input
                id="file"
                type="file"
                accept=".jsonl,.json,.ndjson"
                aria-describedby={describedBy("file")}
                aria-invalid={sourceErrors !== undefined}
                className="w-full rounded-md border border-line-strong/60 border-dashed p-3 text-[13px] file:mr-3 file:rounded file:border-0 file:bg-surface-3 file:px-3 file:py-1.5 file:font-medium file:text-text"
                onChange={(event) => setFile(event.target.files?.[0] ?? null)}
              />
            </Field>
          ) : (
            <Field id="path" label={kind === "folder" ? "Folder" : "File"} hint={what} errors={sourceErrors}>
              <input
                id="path"
                value={path}
                autoComplete="off"
                spellCheck={false}
                aria-describedby={describedBy("path")}
                aria-invalid={sourceErrors !== undefined}
                placeholder={kind === "folder" ? "/home/you/project" : "/home/you/examples.jsonl"}
                className={inputClass(sourceErrors !== undefined, "font-mono")}
                onChange={(event) => setPath(event.target.value)}
              />
            </Field>
          )}
          <Field id="dataset-name" label="Name" hint="How it is listed and chosen." errors={errors.name}>
            <input
              id="dataset-name"
              value={name}
              placeholder={suggested}
              maxLength={200}
              autoComplete="off"
              aria-describedby={describedBy("dataset-name")}
              aria-invalid={errors.name !== undefined}
              className={inputClass(errors.name !== undefined)}
              onChange={(event) => setName(event.target.value)}
            />
          </Field>
          {problem !== null && (
            <Notice tone="bad" isAlert title="The dataset was not added.">
              {problem}
            </Notice>
          )}
          <div className="flex flex-wrap items-center gap-4">
            <Button type="submit" variant="primary" disabled={doing !== null}>
              Add dataset
            </Button>
            <span role="status" className="tabular text-[13px] text-text-2">
              {doing}
            </span>
          </div>
        </div>
      </Card>
    </form>
  );
}
