"use client";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { describedBy, Field } from "@/components/ui/field";
import { inputClass } from "@/components/ui/input-class";
import type { ActionResult } from "@/lib/contracts/action-result";

export interface SignInFormProps {
  next: string;
  signIn(token: string): Promise<ActionResult<null>>;
}

export function SignInForm({ next, signIn }: SignInFormProps) {
  const [token, setToken] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setIsBusy(true);
    const result = await signIn(token).catch(() => null);
    // A whole new page, so that nothing of the signed-out state stays.
    if (result?.ok) return window.location.assign(next);
    setProblem(result?.message ?? "The studio can't be reached; check that it still runs.");
    setIsBusy(false);
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4" noValidate>
      <Field id="token" label="Token" errors={problem === null ? undefined : [problem]}>
        <input
          id="token"
          type="password"
          autoComplete="current-password"
          value={token}
          aria-invalid={problem !== null}
          aria-describedby={describedBy("token")}
          className={inputClass(problem !== null, "font-mono")}
          onChange={(event) => setToken(event.target.value)}
        />
      </Field>
      <Button type="submit" variant="primary" disabled={isBusy}>
        {isBusy ? "Signing in…" : "Sign in"}
      </Button>
    </form>
  );
}
