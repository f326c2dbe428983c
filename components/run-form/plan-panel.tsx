import { LoaderCircle } from "lucide-react";
import { Card } from "@/components/ui/card";
import { formatCompact, formatCount } from "@/components/ui/format";
import { Stat } from "@/components/ui/stat";
import type { ModelView } from "@/lib/contracts/views";
import { describeCounts } from "./describe-counts";
import { MemoryPlan } from "./memory-plan";
import type { RunFormState } from "./use-run-form";

/** What this run will be, counted from the real data and the real model. */
export function PlanPanel({ form, model }: { form: RunFormState; model: ModelView | undefined }) {
  const { plan, facts, isCounting, planProblem, needs } = form;
  const share =
    plan && facts ? `${((plan.trainableParameters / facts.totalParameters) * 100).toFixed(1)} %` : undefined;
  return (
    <Card
      title="This run"
      aside={
        isCounting ? <LoaderCircle aria-label="Counting" className="size-3.5 animate-spin text-text-3" /> : undefined
      }
    >
      <dl className="grid grid-cols-2 gap-4" aria-live="polite">
        <Stat
          label="Total steps"
          value={<span data-testid="total-steps">{plan ? formatCount(plan.totalSteps) : "–"}</span>}
        />
        <Stat label="Steps per epoch" value={plan ? formatCount(plan.stepsPerEpoch) : "–"} />
        <Stat label="Tokens per step" value={plan ? formatCount(plan.tokensPerStep) : "–"} />
        <Stat
          label="Trained parameters"
          value={plan ? formatCompact(plan.trainableParameters) : "–"}
          {...(share && { detail: share })}
        />
        <Stat label="Training sequences" value={facts ? formatCount(facts.trainBlocks) : "–"} />
        <Stat label="Held-out sequences" value={facts ? formatCount(facts.evalBlocks) : "–"} />
        {facts && <Stat label="Tokens with loss" value={`${(facts.trainableShare * 100).toFixed(0)} %`} />}
        {model && <Stat label="Model context" value={formatCount(model.contextLength)} detail="tokens" />}
        {model && <Stat label="Licence" value={model.license ?? "not stated"} />}
      </dl>
      {facts && describeCounts(facts.counts).length > 0 && (
        <ul className="mt-4 flex flex-col gap-1 text-[12px] text-text-2" data-testid="objective-counts">
          {describeCounts(facts.counts).map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      )}
      {needs && <MemoryPlan needs={needs} />}
      <p className="mt-4 min-h-9 text-[12px] text-text-3">
        {planProblem !== null
          ? planProblem
          : "Counted from the dataset’s own tokens. How long a step takes is measured once the run goes."}
      </p>
    </Card>
  );
}
