import { cn } from "./cn";

/** A grey place where something will be, as high as that will be. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cn("animate-pulse rounded-md bg-surface-3", className)} />;
}
