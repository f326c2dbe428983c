"use client";
import { Plus, X } from "lucide-react";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { describedBy, Field } from "@/components/ui/field";
import { inputClass } from "@/components/ui/input-class";

export interface CodeSource {
  place: "git" | "folder";
  path: string;
  repositories: { address: string; ref: string }[];
}

export interface CodeSourceFieldsProps {
  source: CodeSource;
  errors: string[] | undefined;
  onChange(change: Partial<CodeSource>): void;
}

const PLACES: { place: CodeSource["place"]; label: string }[] = [
  { place: "git", label: "Git repository" },
  { place: "folder", label: "Folder on this machine" },
];

/** A folder, or one or several git repositories at a branch, tag or commit. */
export function CodeSourceFields({ source, errors, onChange }: CodeSourceFieldsProps) {
  const { place, path, repositories } = source;
  const setRepository = (index: number, change: Partial<CodeSource["repositories"][number]>) =>
    onChange({ repositories: repositories.map((each, i) => (i === index ? { ...each, ...change } : each)) });
  const isInvalid = errors !== undefined;
  return (
    <>
      <fieldset>
        <legend className="mb-2 font-medium text-[13px]">Where the code is</legend>
        <div className="grid max-w-sm grid-cols-2 gap-1 rounded-md bg-surface-2 p-1">
          {PLACES.map((choice) => (
            <label
              key={choice.place}
              className={cn(
                "flex min-h-9 cursor-pointer items-center justify-center rounded px-2 font-medium text-[13px] text-text-2 has-focus-visible:outline-2 has-focus-visible:outline-accent",
                place === choice.place && "bg-surface text-text shadow-sm",
              )}
            >
              <input
                type="radio"
                name="place"
                className="sr-only"
                checked={place === choice.place}
                onChange={() => onChange({ place: choice.place })}
              />
              {choice.label}
            </label>
          ))}
        </div>
      </fieldset>
      {place === "folder" ? (
        <Field
          id="code-path"
          label="Folder"
          hint="Where the studio runs. What git ignores there is left out."
          errors={errors}
        >
          <input
            id="code-path"
            value={path}
            autoComplete="off"
            spellCheck={false}
            aria-describedby={describedBy("code-path")}
            aria-invalid={isInvalid}
            placeholder="/home/you/project"
            className={inputClass(isInvalid, "font-mono")}
            onChange={(event) => onChange({ path: event.target.value })}
          />
        </Field>
      ) : (
        <div className="flex flex-col gap-3">
          {repositories.map(({ address, ref }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name of their own, and none is moved
            <div key={index} className="grid items-start gap-3 sm:grid-cols-[minmax(0,1fr)_220px_auto]">
              <Field
                id={`repository-${index}`}
                label={index === 0 ? "Address" : `Address ${index + 1}`}
                hint={index === 0 ? "https, ssh, or the path of a repository on this machine." : undefined}
                errors={index === 0 ? errors : undefined}
              >
                <input
                  id={`repository-${index}`}
                  value={address}
                  autoComplete="off"
                  spellCheck={false}
                  aria-describedby={describedBy(`repository-${index}`)}
                  aria-invalid={isInvalid && index === 0}
                  placeholder="https://example.org/you/project.git"
                  className={inputClass(isInvalid && index === 0, "font-mono")}
                  onChange={(event) => setRepository(index, { address: event.target.value })}
                />
              </Field>
              <Field
                id={`ref-${index}`}
                label={index === 0 ? "Branch, tag or commit" : `Branch, tag or commit ${index + 1}`}
                hint={index === 0 ? "Empty: the default branch." : undefined}
              >
                <input
                  id={`ref-${index}`}
                  value={ref}
                  autoComplete="off"
                  spellCheck={false}
                  aria-describedby={describedBy(`ref-${index}`)}
                  placeholder="main"
                  className={inputClass(false, "font-mono")}
                  onChange={(event) => setRepository(index, { ref: event.target.value })}
                />
              </Field>
              {repositories.length > 1 && (
                <Button
                  variant="ghost"
                  className="sm:mt-6"
                  aria-label={`Remove repository ${index + 1}`}
                  onClick={() => onChange({ repositories: repositories.filter((_, i) => i !== index) })}
                >
                  <X aria-hidden className="size-4" />
                </Button>
              )}
            </div>
          ))}
          <div>
            <Button size="sm" onClick={() => onChange({ repositories: [...repositories, { address: "", ref: "" }] })}>
              <Plus aria-hidden className="size-3.5" /> Another repository
            </Button>
          </div>
        </div>
      )}
    </>
  );
}
