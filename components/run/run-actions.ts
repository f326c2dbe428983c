import type { ActionResult } from "@/lib/contracts/action-result";
import type { RunDetailsChange } from "@/lib/contracts/run-details";
import type { RunView } from "@/lib/contracts/views";

export type RunAction = (input: { runId: string }) => Promise<ActionResult<RunView>>;

/** What people can do to a run on its page. */
export interface RunActions {
  stop: RunAction;
  resume: RunAction;
  update(input: RunDetailsChange & { runId: string }): Promise<ActionResult<RunView>>;
  remove: RunAction;
}
