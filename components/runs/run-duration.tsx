"use client";
import { useEffect, useState } from "react";
import { formatDuration } from "@/components/ui/format";
import type { RunView } from "@/lib/contracts/views";

/** From start to end, or to now while it goes on. */
export function RunDuration({ run }: { run: RunView }) {
  const isGoingOn = run.startedAt !== null && run.endedAt === null;
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!isGoingOn) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [isGoingOn]);
  if (run.startedAt === null) return <span className="text-text-3">–</span>;
  const end = run.endedAt === null ? now : Date.parse(run.endedAt);
  return <span suppressHydrationWarning>{formatDuration(end - Date.parse(run.startedAt))}</span>;
}
