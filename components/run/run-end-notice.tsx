import { Notice } from "@/components/ui/notice";
import type { RunView } from "@/lib/contracts/views";
import { EXIT_ADVICE } from "./exit-advice";

/** Why a run ended before its last step, and what to do next. */
export function RunEndNotice({ run }: { run: RunView }) {
  const { status, exitCause, exitMessage } = run;
  if (status === "failed") {
    const title = exitMessage ?? (exitCause === "diverged" ? "The training diverged." : "The run failed.");
    return (
      <Notice tone="bad" title={title}>
        {EXIT_ADVICE[exitCause ?? "internal"]}
      </Notice>
    );
  }
  if (status === "interrupted") {
    return (
      <Notice tone="warn" title={exitMessage ?? "The run was interrupted."}>
        {EXIT_ADVICE[exitCause ?? "lost_worker"]}
      </Notice>
    );
  }
  if (status === "stopped") {
    return (
      <Notice
        tone="info"
        title={run.step > 0 ? `Stopped after step ${run.step}.` : (exitMessage ?? "Stopped before it began.")}
      >
        {EXIT_ADVICE.cancelled}
      </Notice>
    );
  }
  if (status === "completed" && exitMessage !== null) return <Notice tone="info" title={exitMessage} />;
  return null;
}
