import { FIELD_SPECS } from "./field-specs";
import type { RunFormState } from "./use-run-form";

/** Warm-up must be below the run's steps: says when it was lowered for that, and offers what would fit. */
export function WarmupHint({ form }: { form: RunFormState }) {
  const { plan, values, isWarmupAdapted } = form;
  if (isWarmupAdapted && plan) {
    return (
      <>
        Lowered to {values.warmup_steps}, 10 % of this run’s {plan.totalSteps} steps. Type a number to fix it.
      </>
    );
  }
  const fitting = plan ? Math.floor(plan.totalSteps / 10) : null;
  if (plan && fitting !== null && Number(values.warmup_steps) >= plan.totalSteps) {
    return (
      <button
        type="button"
        className="text-accent underline underline-offset-2"
        onClick={() => form.set({ warmup_steps: String(fitting) })}
      >
        Use {fitting} instead
      </button>
    );
  }
  return <>{FIELD_SPECS.warmup_steps.hint}</>;
}
