"use client";
import { Button } from "@/components/ui/button";
import { ErrorScreen } from "./error-screen";

/** What Next shows in place of a page that failed: inside the frame of the studio, or, if that failed, without it. */
export function PageFailure({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <ErrorScreen
      title="This page could not be shown"
      action={
        <Button variant="primary" onClick={reset}>
          Try again
        </Button>
      }
    >
      Something went wrong on our side. Your runs and data are safe; training goes on without this page. The server’s
      log has the details{error.digest ? ` under ${error.digest}` : ""}.
    </ErrorScreen>
  );
}
