import type { ReactNode } from "react";
import { cn } from "./cn";

export interface FieldProps {
  id: string;
  label: string;
  /** One line: what it does. */
  hint?: ReactNode;
  errors?: string[] | undefined;
  children: ReactNode;
  className?: string;
}

/** A labelled control. The control itself takes `id`, and `aria-describedby={describedBy(id)}`. */
export function Field({ id, label, hint, errors, children, className }: FieldProps) {
  const hasErrors = errors !== undefined && errors.length > 0;
  return (
    <div className={cn("flex min-w-0 flex-col gap-1", className)}>
      <label htmlFor={id} className="font-medium text-[13px]">
        {label}
      </label>
      {children}
      <div id={`${id}-help`} className="text-[12px] leading-[1.45]">
        {hasErrors ? (
          <p className="flex gap-1 text-bad" data-testid={`error-${id}`}>
            <span aria-hidden>▲</span>
            <span>{errors.join("; ")}</span>
          </p>
        ) : null}
        {hint !== undefined && <p className="text-text-3">{hint}</p>}
      </div>
    </div>
  );
}

export const describedBy = (id: string): string => `${id}-help`;
