"use client";
import { useRouter } from "next/navigation";
import { type RefObject, useEffect, useRef, useState } from "react";
import type { ActionResult } from "@/lib/contracts/action-result";
import type { JobView } from "@/lib/contracts/data-job";

export type CreateJob = (input: { spec: unknown }) => Promise<ActionResult<JobView>>;

type FieldErrors = Record<string, string[]>;

export interface JobForm {
  /** For the form element: the first field with an error gets the focus. */
  element: RefObject<HTMLFormElement | null>;
  errors: FieldErrors;
  /** What went wrong, as a sentence; null when nothing did. */
  problem: string | null;
  isBusy: boolean;
  /** Asks for the job and goes to its page. `missing`: what the form itself knows to be wrong; then nothing is asked. */
  submit(makeSpec: () => unknown | Promise<unknown>, missing?: FieldErrors): Promise<void>;
  forgetErrors(): void;
}

const UNREACHABLE = "The studio can't be reached; nothing you typed is lost. Press again when it runs.";

/** What the forms of all jobs have in common. `onCreated` comes before the page changes. */
export function useJobForm(create: CreateJob, onCreated: () => void): JobForm {
  const router = useRouter();
  const element = useRef<HTMLFormElement>(null);
  const [errors, setErrors] = useState<FieldErrors>({});
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  // Once the errors are drawn.
  useEffect(() => {
    if (Object.keys(errors).length > 0) element.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [errors]);
  const submit: JobForm["submit"] = async (makeSpec, missing = {}) => {
    setErrors(missing);
    setProblem(null);
    if (Object.keys(missing).length > 0) return;
    setIsBusy(true);
    try {
      const result = await create({ spec: await makeSpec() });
      if (result.ok) {
        onCreated();
        router.push(`/datasets/jobs/${result.data.id}`);
        return;
      }
      setProblem(result.message);
      setErrors(result.fieldErrors ?? {});
    } catch (error) {
      setProblem(error instanceof Error && error.name === "ApiError" ? error.message : UNREACHABLE);
    }
    setIsBusy(false);
  };
  return { element, errors, problem, isBusy, submit, forgetErrors: () => setErrors({}) };
}
