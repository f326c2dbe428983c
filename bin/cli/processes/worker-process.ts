import { childEntry } from "@/lib/config/child-entry";
import { exitWithParentArgs } from "./exit-with-parent-args";
import { SupervisedProcess } from "./supervised-process";

/** Time for the trainer to finish its step and write a checkpoint. */
const GRACE_MS = 30_000;

/** What a worker is started for; without it, everything. */
export type WorkerTask = { lastRunId: string } | { onlyJobId: string };

export function workerProcess(onGivenUp: () => void, task?: WorkerTask): SupervisedProcess {
  const { args, cwd } = childEntry("worker");
  return new SupervisedProcess({
    label: "The worker",
    args: [...exitWithParentArgs(), ...args, ...taskArgs(task)],
    cwd,
    graceMs: GRACE_MS,
    onGivenUp,
  });
}

function taskArgs(task: WorkerTask | undefined): string[] {
  if (task === undefined) return [];
  return "onlyJobId" in task ? ["--only-job", task.onlyJobId] : ["--last-run", task.lastRunId];
}
