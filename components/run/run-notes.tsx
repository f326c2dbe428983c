"use client";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import { inputClass } from "@/components/ui/input-class";
import { Notice } from "@/components/ui/notice";
import type { RunView } from "@/lib/contracts/views";
import type { RunActions } from "./run-actions";
import { type Notes, useNotes } from "./use-notes";

const STATES: Record<Notes["state"], string> = {
  saved: "Saved",
  unsaved: "Not saved yet",
  saving: "Saving…",
  failed: "Not saved",
  conflict: "Not saved",
};

/** Saved when one leaves the field, by the button and by Ctrl+Enter. */
export function RunNotes({ run, update }: { run: RunView; update: RunActions["update"] }) {
  const notes = useNotes(run, update);
  const isPending = notes.state === "unsaved" || notes.state === "failed";
  const aside = (
    <div className="flex items-center gap-2">
      <span
        role="status"
        data-testid="notes-state"
        className={cn("text-[12px]", notes.state === "failed" ? "text-bad" : "text-text-3")}
      >
        {notes.state === "saved" && notes.text === "" ? "" : STATES[notes.state]}
      </span>
      {isPending && (
        <Button size="sm" onClick={notes.save}>
          {notes.state === "failed" ? "Try again" : "Save"}
        </Button>
      )}
    </div>
  );
  return (
    <Card title={<label htmlFor="run-notes">Notes</label>} aside={aside}>
      <textarea
        id="run-notes"
        rows={3}
        value={notes.text}
        placeholder="What you tried, and what you saw"
        aria-describedby="run-notes-problem"
        aria-invalid={notes.state === "failed"}
        onChange={(event) => notes.set(event.target.value)}
        onBlur={notes.save}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void notes.save();
        }}
        className={inputClass(
          notes.state === "failed",
          "field-sizing-content block h-auto max-h-96 min-h-20 resize-y py-2 leading-[1.5]",
        )}
      />
      <div id="run-notes-problem">
        {notes.state === "failed" && (
          <p role="alert" className="mt-1 text-[12px] text-bad">
            {notes.problem} What you typed is kept in this browser.
          </p>
        )}
      </div>
      {notes.state === "conflict" && (
        <Notice tone="warn" isAlert className="mt-3" title="These notes were changed elsewhere while you wrote.">
          <blockquote className="my-2 max-h-40 overflow-auto whitespace-pre-wrap border-l-2 border-warn pl-3">
            {run.notes === "" ? "They were emptied." : run.notes}
          </blockquote>
          <div className="flex flex-wrap gap-2">
            <Button size="sm" onClick={notes.keepMine}>
              Save mine over them
            </Button>
            <Button size="sm" onClick={notes.takeTheirs}>
              Take those, drop mine
            </Button>
          </div>
        </Notice>
      )}
    </Card>
  );
}
