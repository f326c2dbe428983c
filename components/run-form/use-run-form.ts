"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { ApiError, fetchJson } from "@/components/ui/fetch-json";
import type { RunNeeds } from "@/lib/contracts/memory-estimate";
import { ObjectiveSettings, objectiveOf } from "@/lib/contracts/objective-settings";
import type { RunConfig } from "@/lib/contracts/run-config";
import { type PlanFacts, planRun, type RunPlan } from "@/lib/contracts/run-plan";
import { checkValues, type FieldErrors, type FormValues, inputOf } from "./form-values";

const DRAFT_KEY = "codetune-run-draft";
const TYPING_PAUSE_MS = 350;
const WARMUP_SHARE = 0.1;

export interface RunFormState {
  values: FormValues;
  set(change: Partial<FormValues>): void;
  replace(values: FormValues): void;
  /** Shown beside a field: only where people have been, or everywhere after they tried to start. */
  errorsOf(key: string): string[] | undefined;
  /** Every problem, whether shown yet or not. */
  errors: FieldErrors;
  /** Null while something is wrong. */
  config: RunConfig | null;
  plan: RunPlan | null;
  facts: PlanFacts | undefined;
  isCounting: boolean;
  planProblem: string | null;
  /** Memory and disk; undefined while they can't be told. */
  needs: RunNeeds | undefined;
  /** Warm-up that nobody typed and that was lowered to fit the run. */
  isWarmupAdapted: boolean;
  showAll(serverErrors?: FieldErrors): void;
  forgetDraft(): void;
  /** What goes to the server. */
  input(): Record<string, unknown>;
}

function useSettled<T>(value: T, milliseconds: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return settled;
}

const OBJECTIVE_KEYS = Object.keys(ObjectiveSettings.shape) as (keyof ObjectiveSettings)[];

/** Settings that make other sequences. */
export const PREPARATION_FIELDS = [
  "model_type",
  "dataset_name",
  "max_seq_length",
  "eval_split",
  "seed",
  ...OBJECTIVE_KEYS,
] as const;

/** The address that counts blocks, or null while what it needs is not typed rightly. */
function planAddressOf(values: FormValues, errors: FieldErrors): string | null {
  const needed = ["model_type", "dataset_name", "max_seq_length", "eval_split", "seed", "init_adapter"] as const;
  if ([...needed, ...OBJECTIVE_KEYS].some((key) => errors[key] !== undefined)) return null;
  const objective = objectiveOf(ObjectiveSettings.parse(pick(inputOf(values), OBJECTIVE_KEYS)));
  const parameters = needed.map((key) => [key, values[key].trim()]);
  return `/api/runs/plan?${new URLSearchParams([...parameters, ["objective", JSON.stringify(objective)]])}`;
}

const pick = (values: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(keys.map((key) => [key, values[key]]));

export function useRunForm(start: FormValues, keepsDraft: boolean, repeatsRun: boolean): RunFormState {
  const [typed, setTyped] = useState(start);
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [showsAll, setShowsAll] = useState(false);
  const [serverErrors, setServerErrors] = useState<FieldErrors>({});
  const [isWarmupOwn, setIsWarmupOwn] = useState(repeatsRun);
  const hasRestored = useRef(false);

  useEffect(() => {
    if (!keepsDraft || hasRestored.current) return;
    hasRestored.current = true;
    try {
      const draft = JSON.parse(sessionStorage.getItem(DRAFT_KEY) ?? "null") as {
        values: FormValues;
        isWarmupOwn: boolean;
      } | null;
      if (draft === null) return;
      setTyped((now) => ({ ...now, ...draft.values }));
      setIsWarmupOwn(draft.isWarmupOwn);
    } catch {
      // A draft of another version is of no use.
    }
  }, [keepsDraft]);

  const own = checkValues(typed);
  const address = useSettled(planAddressOf(typed, own.errors), TYPING_PAUSE_MS);
  const query = useQuery({
    queryKey: ["plan", address],
    queryFn: ({ signal }) => fetchJson<PlanFacts>(address ?? "", { signal }),
    enabled: address !== null,
    retry: false,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  });

  const needsAddress = useSettled(
    own.config && `/api/runs/needs?${new URLSearchParams({ config: JSON.stringify(own.config) })}`,
    TYPING_PAUSE_MS,
  );
  const needs = useQuery({
    queryKey: ["needs", needsAddress],
    queryFn: ({ signal }) => fetchJson<RunNeeds>(needsAddress ?? "", { signal }),
    enabled: needsAddress !== null,
    retry: false,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  });

  const facts = query.isError ? undefined : query.data;
  const draftPlan = facts && own.config ? planRun(facts, own.config) : null;
  const fitting = draftPlan && Math.floor(draftPlan.totalSteps * WARMUP_SHARE);
  const isWarmupAdapted = !isWarmupOwn && fitting !== null && Number(typed.warmup_steps) > fitting;
  const values = isWarmupAdapted ? { ...typed, warmup_steps: String(fitting) } : typed;
  // What does not fit model or dataset stands beside its setting.
  const misfits = query.error instanceof ApiError ? query.error.fieldErrors : {};
  const errors: FieldErrors = { ...misfits, ...own.errors };
  if (
    draftPlan &&
    errors.warmup_steps === undefined &&
    Number(values.warmup_steps) >= draftPlan.totalSteps &&
    Number(values.warmup_steps) > 0
  ) {
    errors.warmup_steps = [`must be below the run’s ${draftPlan.totalSteps} steps`];
  }

  const save = (next: FormValues, isOwn: boolean) => {
    if (keepsDraft) sessionStorage.setItem(DRAFT_KEY, JSON.stringify({ values: next, isWarmupOwn: isOwn }));
  };
  return {
    values,
    errors,
    config: own.config,
    plan: draftPlan,
    facts,
    isCounting: query.isFetching,
    planProblem: query.isError ? query.error.message : null,
    needs: needs.isError || needsAddress === null ? undefined : needs.data,
    isWarmupAdapted,
    set(change) {
      const next = { ...typed, ...change };
      const isOwn = isWarmupOwn || change.warmup_steps !== undefined;
      setTyped(next);
      setIsWarmupOwn(isOwn);
      setTouched((known) => new Set([...known, ...Object.keys(change)]));
      setServerErrors((known) => Object.fromEntries(Object.entries(known).filter(([key]) => !(key in change))));
      save(next, isOwn);
    },
    replace(next) {
      setTyped(next);
      setIsWarmupOwn(true);
      setShowsAll(true);
      setServerErrors({});
      save(next, true);
    },
    errorsOf(key) {
      const shown = showsAll || touched.has(key) || key in misfits ? (errors[key] ?? []) : [];
      const all = [...new Set([...shown, ...(serverErrors[key] ?? [])])];
      return all.length > 0 ? all : undefined;
    },
    showAll(fromServer = {}) {
      setShowsAll(true);
      setServerErrors(fromServer);
    },
    forgetDraft: () => sessionStorage.removeItem(DRAFT_KEY),
    input: () => inputOf(values),
  };
}
