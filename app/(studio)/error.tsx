"use client";
import { ErrorScreen } from "@/components/shell/error-screen";
import { Button } from "@/components/ui/button";

export default function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
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
