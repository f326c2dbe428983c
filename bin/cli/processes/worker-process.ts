import { childEntry } from "@/lib/config/child-entry";
import { exitWithParentArgs } from "./exit-with-parent-args";
import { SupervisedProcess } from "./supervised-process";

/** Time for the trainer to finish its step and write a checkpoint. */
const GRACE_MS = 30_000;

/** @param lastRunId after this run the worker takes no other */
export function workerProcess(onGivenUp: () => void, lastRunId?: string): SupervisedProcess {
  const { args, cwd } = childEntry("worker");
  return new SupervisedProcess({
    label: "The worker",
    args: [...exitWithParentArgs(), ...args, ...(lastRunId ? ["--last-run", lastRunId] : [])],
    cwd,
    graceMs: GRACE_MS,
    onGivenUp,
  });
}
