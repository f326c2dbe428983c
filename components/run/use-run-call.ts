"use client";
import { useQueryClient } from "@tanstack/react-query";
import type { ActionFailure, ActionResult } from "@/lib/contracts/action-result";
import type { RunSnapshot } from "@/lib/contracts/run-snapshot";
import type { RunView } from "@/lib/contracts/views";
import { snapshotKey } from "./use-run-stream";

const UNREACHABLE: ActionFailure = {
  ok: false,
  code: "unavailable",
  message: "The studio can't be reached; check that it still runs and try again.",
};

/** Calls an action and shows the run that it answers with at once. Resolves to null, or to what went wrong. */
export function useRunCall(runId: string): (call: Promise<ActionResult<RunView>>) => Promise<ActionFailure | null> {
  const client = useQueryClient();
  return async (call) => {
    const result = await call.catch(() => UNREACHABLE);
    if (!result.ok) return result;
    client.setQueryData<RunSnapshot>(snapshotKey(runId), (known) => known && { ...known, run: result.data });
    return null;
  };
}

/** What is wrong with one field, as a sentence; `subject` stands before the messages of the schema. */
export function sentenceOf({ fieldErrors, message }: ActionFailure, field: string, subject: string): string {
  const messages = [...new Set(fieldErrors?.[field] ?? [])];
  if (messages.length === 0) return message;
  const text = messages.map((each) => (each.startsWith("each") ? each : `${subject} ${each}`)).join("; ");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
