"use client";
import { useEffect, useState } from "react";
import { formatDuration } from "@/components/ui/format";
import type { RunView } from "@/lib/contracts/views";

/** The time that it was trained, to now while it goes on; not the time between a stop and a resume. */
export function RunDuration({ run }: { run: RunView }) {
  const isGoingOn = run.activeSince !== null;
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!isGoingOn) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [isGoingOn]);
  if (run.activeSince === null && run.activeMs === 0) return <span className="text-text-3">–</span>;
  const presentMs = run.activeSince === null ? 0 : Math.max(0, now - Date.parse(run.activeSince));
  return <span suppressHydrationWarning>{formatDuration(run.activeMs + presentMs)}</span>;
}
