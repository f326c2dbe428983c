/** @file From how a data job's process ended to what becomes of the job. */
import type { DataJobOutcome, JobFrame } from "@/lib/contracts/data-job";
import type { ChildExit } from "./child-program";
import type { StopReason } from "./decide-end";

export interface JobProcessEnd {
  /** The last word, if there was one. */
  lastWord: Extract<JobFrame, { kind: "done" | "error" }> | null;
  exit: ChildExit;
  /** It said something that is not in the protocol, and was killed for that. */
  protocolError: string | null;
}

export type JobEnd =
  | { to: "completed"; outcome: DataJobOutcome }
  | { to: "failed" | "interrupted" | "cancelled"; error: string | null };

function stopped(reason: StopReason): JobEnd {
  if (reason === "person") return { to: "cancelled", error: null };
  const why = reason === "shutdown" ? "because the worker was shut down" : "without being asked";
  return { to: "interrupted", error: `Stopped ${why}; resume goes on with what is there.` };
}

export function decideJobEnd({ lastWord, exit, protocolError }: JobProcessEnd, reason: StopReason): JobEnd {
  if (lastWord?.kind === "done") return { to: "completed", outcome: lastWord.outcome };
  if (lastWord?.kind === "error") return lastWord.isStopped ? stopped(reason) : failed(lastWord.message);
  if (protocolError !== null) return failed(`The job did not keep to its protocol (${protocolError.slice(0, 300)}).`);
  // It was asked to stop and did not manage in time, or was killed along.
  if (reason !== null) return stopped(reason);
  if (exit.signal === "SIGKILL") {
    return failed(
      "The job was killed from outside (SIGKILL), most likely because memory ran out; make room and resume.",
    );
  }
  const how =
    exit.signal !== null
      ? `signal ${exit.signal}`
      : exit.code !== null
        ? `exit code ${exit.code}`
        : "it could not be started";
  return failed(`The job ended without a word (${how}); its log has its last lines.`);
}

const failed = (error: string): JobEnd => ({ to: "failed", error });
