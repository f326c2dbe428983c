"use client";
import { hasWorker, useHealth } from "@/components/shell/system-state";
import { Notice } from "@/components/ui/notice";

/** Only shown when nobody is there to do the work. */
export function WorkerNotice() {
  const { data } = useHealth();
  if (data === undefined || hasWorker(data)) return null;
  return (
    <Notice tone="warn" title="No worker is running.">
      A run will wait in the queue until one is. Start it with{" "}
      <code className="font-mono text-[13px]">bin/codetune-studio worker</code>, or start the studio with{" "}
      <code className="font-mono text-[13px]">npm start</code>, which brings one.
    </Notice>
  );
}
