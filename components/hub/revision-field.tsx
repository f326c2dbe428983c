"use client";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { inputClass } from "@/components/ui/input-class";

export interface RevisionFieldProps {
  id: string;
  revision: string;
  onChange(revision: string): void;
}

/** Which branch, tag or commit is looked at; it changes on Enter or by the button. */
export function RevisionField({ id, revision, onChange }: RevisionFieldProps) {
  const [typed, setTyped] = useState(revision);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onChange(typed.trim() || "main");
  };
  return (
    <form className="flex items-start gap-2" onSubmit={submit}>
      <Field id={id} label="Revision" hint="Branch, tag or commit; recorded to the commit." className="min-w-0 flex-1">
        <input
          id={id}
          value={typed}
          placeholder="main"
          autoComplete="off"
          spellCheck={false}
          className={inputClass(false, "font-mono")}
          onChange={(event) => setTyped(event.target.value)}
        />
      </Field>
      <Button type="submit" className="mt-[1.6rem]" disabled={(typed.trim() || "main") === revision}>
        Show
      </Button>
    </form>
  );
}
