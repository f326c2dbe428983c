"use client";
import { Plus, X } from "lucide-react";
import { type KeyboardEvent, useRef, useState } from "react";
import { TagChip } from "@/components/runs/tag-chip";
import type { RunView } from "@/lib/contracts/views";
import type { RunActions } from "./run-actions";
import { sentenceOf, useRunCall } from "./use-run-call";

/** Labels of a run. Enter or a comma adds what is typed; each has a button that takes it away. */
export function RunTags({ run, update }: { run: RunView; update: RunActions["update"] }) {
  const call = useRunCall(run.id);
  const [typed, setTyped] = useState("");
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);

  const save = async (tags: string[]) => {
    setIsBusy(true);
    const failure = await call(update({ runId: run.id, tags }));
    setIsBusy(false);
    setProblem(failure && sentenceOf(failure, "tags", "The tags"));
    return failure === null;
  };
  const add = async () => {
    const tag = typed.trim();
    if (tag === "" || isBusy) return;
    // What could not be saved stays typed.
    if (await save([...run.tags, tag])) setTyped((now) => (now.trim() === tag ? "" : now));
  };
  const remove = async (tag: string) => {
    if (!isBusy) await save(run.tags.filter((other) => other !== tag));
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter also ends a word of an input method (Japanese, Chinese …), which is not meant for us.
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter" || event.key === ",") {
      event.preventDefault();
      void add();
    }
    if (event.key === "Escape") setTyped("");
  };
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      <ul aria-label="Tags" className="contents">
        {run.tags.map((tag) => (
          <TagChip key={tag} tag={tag}>
            <button
              type="button"
              aria-label={`Remove the tag ${tag}`}
              onClick={() => remove(tag)}
              className="-mr-1 inline-flex size-5 items-center justify-center rounded hover:bg-surface-2 hover:text-text"
            >
              <X aria-hidden className="size-3" />
            </button>
          </TagChip>
        ))}
      </ul>
      <span className="inline-flex h-7 items-center gap-1 rounded-md border border-dashed px-1.5 text-text-3 focus-within:border-accent hover:border-line-strong">
        <Plus aria-hidden className="size-3" />
        <input
          ref={input}
          aria-label="Add a tag"
          aria-invalid={problem !== null}
          aria-describedby="run-tags-problem"
          placeholder="add tag"
          autoComplete="off"
          enterKeyHint="done"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={onKeyDown}
          onBlur={add}
          className="w-24 bg-transparent text-[16px] text-text outline-none placeholder:text-text-3 sm:text-[12px]"
        />
      </span>
      <p id="run-tags-problem" role="alert" className="w-full text-[12px] text-bad empty:hidden">
        {problem}
      </p>
    </div>
  );
}
