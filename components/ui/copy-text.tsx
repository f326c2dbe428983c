"use client";
import { Check, Copy } from "lucide-react";
import { useState } from "react";

/** A path or command with a button that copies it. */
export function CopyText({ text, label }: { text: string; label: string }) {
  const [isCopied, setIsCopied] = useState(false);
  const copy = async () => {
    // Absent on http pages that are not localhost; the text can still be selected by hand.
    await navigator.clipboard?.writeText(text).then(
      () => setIsCopied(true),
      () => undefined,
    );
    setTimeout(() => setIsCopied(false), 1500);
  };
  return (
    <div className="mt-2 flex min-w-0 items-center gap-2 rounded-md bg-surface-2 py-1 pr-1 pl-3">
      <code className="min-w-0 flex-1 overflow-x-auto whitespace-nowrap font-mono text-[12px]">{text}</code>
      <button
        type="button"
        onClick={copy}
        aria-label={isCopied ? "Copied" : label}
        title={label}
        className="inline-flex size-7 shrink-0 items-center justify-center rounded text-text-3 hover:bg-surface-3 hover:text-text"
      >
        {isCopied ? <Check aria-hidden className="size-3.5" /> : <Copy aria-hidden className="size-3.5" />}
      </button>
    </div>
  );
}
