"use client";
import { useEffect, useState } from "react";
import { formatAgo } from "./format";

/** "3 min ago", with the full instant on hover. Server and browser may be a moment apart, hence the suppressed warning. */
export function TimeAgo({ iso }: { iso: string }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <time dateTime={iso} title={`${iso.slice(0, 19).replace("T", " ")} UTC`} suppressHydrationWarning>
      {formatAgo(iso, now)}
    </time>
  );
}
