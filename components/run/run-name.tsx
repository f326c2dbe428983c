"use client";
import { Pencil } from "lucide-react";
import { type FormEvent, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { inputClass } from "@/components/ui/input-class";
import type { RunView } from "@/lib/contracts/views";
import type { RunActions } from "./run-actions";
import { sentenceOf, useRunCall } from "./use-run-call";

/** The field was opened by a press on “Rename”: what is typed next is the new name. */
function startTyping(field: HTMLInputElement | null): void {
  field?.focus();
  field?.select();
}

/** The run's name, changed in its place: Enter saves, Escape leaves it as it was. */
export function RunName({ run, update }: { run: RunView; update: RunActions["update"] }) {
  const call = useRunCall(run.id);
  const [draft, setDraft] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const opener = useRef<HTMLButtonElement>(null);

  const close = () => {
    setDraft(null);
    setProblem(null);
    // Back to where the keyboard was, once the button is there again.
    setTimeout(() => opener.current?.focus(), 0);
  };
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (draft === null || isBusy) return;
    if (draft.trim() === run.name) return close();
    setIsBusy(true);
    const failure = await call(update({ runId: run.id, name: draft }));
    setIsBusy(false);
    if (failure === null) close();
    else setProblem(sentenceOf(failure, "name", "The name"));
  };

  if (draft === null) {
    return (
      <>
        <h1 className="min-w-0 break-words font-semibold text-[20px] leading-7 tracking-tight">{run.name}</h1>
        <button
          ref={opener}
          type="button"
          onClick={() => setDraft(run.name)}
          aria-label="Rename"
          title="Rename"
          className="-ml-2 inline-flex size-7 items-center justify-center rounded text-text-3 hover:bg-surface-3 hover:text-text"
        >
          <Pencil aria-hidden className="size-3.5" />
        </button>
      </>
    );
  }
  return (
    <form onSubmit={save} className="flex w-full max-w-xl flex-wrap items-center gap-2">
      {/* The page keeps its heading while it is being changed. */}
      <h1 className="sr-only">{run.name}</h1>
      <input
        ref={startTyping}
        aria-label="Name of the run"
        aria-invalid={problem !== null}
        aria-describedby="run-name-problem"
        autoComplete="off"
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && close()}
        className={inputClass(problem !== null, "min-w-48 flex-1 font-semibold")}
      />
      <Button type="submit" variant="primary" disabled={isBusy}>
        {isBusy ? "Saving…" : "Save name"}
      </Button>
      <Button variant="ghost" onClick={close}>
        Cancel
      </Button>
      <p id="run-name-problem" role="alert" className="w-full text-[12px] text-bad empty:hidden">
        {problem}
      </p>
    </form>
  );
}
