import { WifiOff } from "lucide-react";
import type { Connection } from "./use-run-stream";

/** Whether what is shown is of now. Says nothing when there is nothing more to come. */
export function ConnectionState({ connection }: { connection: Connection }) {
  return (
    <span role="status" data-testid="connection" data-state={connection} className="text-[12px] text-text-3">
      {connection === "live" && (
        <span className="inline-flex items-center gap-1.5">
          <span aria-hidden className="size-1.5 rounded-full bg-good" /> live
        </span>
      )}
      {connection === "connecting" && "connecting…"}
      {connection === "lost" && (
        <span className="inline-flex items-center gap-1.5 font-medium text-warn">
          <WifiOff aria-hidden className="size-3.5" /> connection lost, retrying – what you see may be old
        </span>
      )}
    </span>
  );
}
