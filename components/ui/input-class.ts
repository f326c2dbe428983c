import { cn } from "./cn";

/** The look of text inputs and selects. 16 px on phones, because iOS zooms into anything smaller. */
export const inputClass = (hasError = false, className?: string): string =>
  cn(
    "h-9 w-full min-w-0 rounded-md border border-line-strong/60 bg-surface px-2.5 text-[16px] text-text sm:text-[14px]",
    "placeholder:text-text-3 hover:border-line-strong disabled:opacity-60",
    hasError && "border-bad",
    className,
  );
