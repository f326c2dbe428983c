"use client";
import { useEffect, useRef, useState } from "react";
import type { RunView } from "@/lib/contracts/views";
import type { RunActions } from "./run-actions";
import { sentenceOf, useRunCall } from "./use-run-call";

/** What is typed and not saved yet, kept by this browser over reloads and crashes. */
interface Draft {
  text: string;
  /** The saved notes that it was started from. */
  base: string;
}

const draftKey = (runId: string) => `codetune-notes-${runId}`;

function readDraft(runId: string): Draft | null {
  try {
    const draft: unknown = JSON.parse(localStorage.getItem(draftKey(runId)) ?? "null");
    const { text, base } = (draft ?? {}) as Partial<Draft>;
    return typeof text === "string" && typeof base === "string" ? { text, base } : null;
  } catch {
    return null;
  }
}

function keepDraft(runId: string, draft: Draft | null): void {
  try {
    if (draft === null) localStorage.removeItem(draftKey(runId));
    else localStorage.setItem(draftKey(runId), JSON.stringify(draft));
  } catch {
    // A browser without storage keeps the text on the page only.
  }
}

export interface Notes {
  text: string;
  state: "saved" | "unsaved" | "saving" | "failed" | "conflict";
  problem: string | null;
  set(text: string): void;
  /** Unless the notes were changed elsewhere meanwhile: then it asks. */
  save(): Promise<void>;
  /** Answers to the conflict. */
  keepMine(): Promise<void>;
  takeTheirs(): void;
}

/** Notes of a run with everything that keeps them from being lost. Without a draft they follow what is saved. */
export function useNotes(run: RunView, update: RunActions["update"]): Notes {
  const call = useRunCall(run.id);
  const [draft, setDraft] = useState<Draft | null>(null);
  const [isSaving, setIsSaving] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [isConflict, setIsConflict] = useState(false);
  const newest = useRef<Draft | null>(null);

  // After hydration, because the server knows no drafts.
  useEffect(() => {
    newest.current = readDraft(run.id);
    setDraft(newest.current);
  }, [run.id]);

  const change = (next: Draft | null) => {
    newest.current = next;
    setDraft(next);
    keepDraft(run.id, next);
  };
  const write = async () => {
    const sent = newest.current;
    if (sent === null || isSaving) return;
    setIsConflict(false);
    setIsSaving(true);
    const failure = await call(update({ runId: run.id, notes: sent.text }));
    setIsSaving(false);
    setProblem(failure && sentenceOf(failure, "notes", "The notes"));
    if (failure !== null) return;
    // What was typed while it was being saved is a draft of its own.
    const now = newest.current;
    change(now === null || now.text === sent.text ? null : { text: now.text, base: sent.text });
  };
  const isDirty = draft !== null && draft.text !== run.notes;
  const stateOf = (): Notes["state"] => {
    if (isSaving) return "saving";
    if (!isDirty) return "saved";
    if (isConflict) return "conflict";
    return problem === null ? "unsaved" : "failed";
  };
  return {
    text: draft?.text ?? run.notes,
    state: stateOf(),
    problem,
    set: (text) => change(text === run.notes ? null : { text, base: draft?.base ?? run.notes }),
    async save() {
      if (!isDirty) return;
      if (draft.base === run.notes) await write();
      else setIsConflict(true);
    },
    keepMine: write,
    takeTheirs() {
      setIsConflict(false);
      setProblem(null);
      change(null);
    },
  };
}
