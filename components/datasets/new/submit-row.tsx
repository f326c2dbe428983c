import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";

export interface SubmitRowProps {
  label: string;
  problem: string | null;
  isBusy: boolean;
  /** What is being done right now, e.g. how far an upload has come. */
  doing?: string | null;
}

/** The end of a form: what went wrong, the button, and what goes on. */
export function SubmitRow({ label, problem, isBusy, doing }: SubmitRowProps) {
  return (
    <>
      {problem !== null && (
        <Notice tone="bad" isAlert title="The dataset was not started.">
          {problem}
        </Notice>
      )}
      <div className="flex flex-wrap items-center gap-4">
        <Button type="submit" variant="primary" disabled={isBusy}>
          {label}
        </Button>
        <span role="status" className="tabular text-[13px] text-text-2">
          {doing ?? (isBusy ? "Starting…" : null)}
        </span>
      </div>
    </>
  );
}
