"use client";
import { ChevronRight } from "lucide-react";
import { type ReactNode, useState } from "react";

export interface FoldProps {
  title: string;
  /** What it is about, in one line. */
  about: string;
  /** How many settings in it are not as they came. */
  changed: number;
  /** Something in it is wrong: held open, or nobody would find it. */
  hasErrors: boolean;
  children: ReactNode;
}

/** A part of a form that most people leave alone: closed at first. */
export function Fold({ title, about, changed, hasErrors, children }: FoldProps) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details
      open={isOpen || hasErrors}
      onToggle={({ currentTarget }) => {
        // React sets `open` only when it changes, and the browser has closed it by itself.
        if (hasErrors) currentTarget.open = true;
        setIsOpen(currentTarget.open);
      }}
      className="group border-b last:border-b-0"
    >
      <summary className="flex min-h-11 list-none items-start gap-2 px-4 py-3 [&::-webkit-details-marker]:hidden">
        <ChevronRight
          aria-hidden
          className="mt-0.5 size-4 shrink-0 text-text-3 transition-transform group-open:rotate-90"
        />
        <span className="min-w-0 flex-1">
          <span className="block font-semibold text-[13px]">{title}</span>
          <span className="block text-[12px] text-text-3">{about}</span>
        </span>
        {changed > 0 && (
          <span className="shrink-0 rounded bg-accent-soft px-1.5 py-0.5 text-[12px] text-accent">
            {changed} changed
          </span>
        )}
      </summary>
      <div className="px-4 pt-1 pb-5">{children}</div>
    </details>
  );
}
