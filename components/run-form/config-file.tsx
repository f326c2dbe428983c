"use client";
import { useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { FIELD_SPECS, type FieldKey } from "./field-specs";
import type { FormValues } from "./form-values";
import { writeSetting } from "./setting-text";
import type { RunFormState } from "./use-run-form";

const MAX_FILE_BYTES = 100_000;

/** Settings to a JSON file and back: the same file that the CLI's `train` takes. */
export function ConfigFile({ form }: { form: RunFormState }) {
  const picker = useRef<HTMLInputElement>(null);
  const [note, setNote] = useState("");
  const save = () => {
    const address = URL.createObjectURL(
      new Blob([`${JSON.stringify(form.input(), null, 2)}\n`], { type: "application/json" }),
    );
    const link = document.createElement("a");
    link.href = address;
    link.download = "run-config.json";
    link.click();
    URL.revokeObjectURL(address);
  };
  const load = async (file: File | undefined) => {
    if (file === undefined) return;
    const result =
      file.size > MAX_FILE_BYTES
        ? `${file.name} is too large for a settings file.`
        : mergeFile(await file.text(), form.values);
    if (typeof result === "string") return setNote(result);
    form.replace(result.values);
    setNote(
      result.unknown.length === 0
        ? `Loaded ${file.name}.`
        : `Loaded ${file.name}; unknown and left out: ${result.unknown.join(", ")}.`,
    );
  };
  return (
    <div className="flex flex-wrap items-center gap-1">
      <span role="status" className="text-[12px] text-text-3">
        {note}
      </span>
      <input
        ref={picker}
        type="file"
        accept=".json,application/json"
        className="hidden"
        aria-label="Settings file"
        onChange={(event) => {
          void load(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
      <Button variant="ghost" size="sm" onClick={() => picker.current?.click()}>
        Load from file
      </Button>
      <Button variant="ghost" size="sm" onClick={save}>
        Save as file
      </Button>
    </div>
  );
}

/** The form with the file's settings in it, wrong ones included (they are shown beside their fields); or what is wrong with the file. */
function mergeFile(text: string, values: FormValues): string | { values: FormValues; unknown: string[] } {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return "That file is not valid JSON.";
  }
  if (typeof content !== "object" || content === null || Array.isArray(content))
    return "That file holds no settings: it must be one JSON object.";
  const merged: FormValues = { ...values };
  const unknown: string[] = [];
  for (const [key, value] of Object.entries(content)) {
    if (key === "target_modules") merged.target_modules = Array.isArray(value) ? value.map(String) : String(value);
    else if (Object.hasOwn(FIELD_SPECS, key))
      merged[key as FieldKey] = writeSetting(value, FIELD_SPECS[key as FieldKey].input);
    else if (key === "model_type" || key === "dataset_name") merged[key] = String(value);
    else unknown.push(key);
  }
  return { values: merged, unknown };
}
