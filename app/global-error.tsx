"use client";
import "./globals.css";

/** When even the frame of the pages fails, for example because the database can't be reached. */
export default function GlobalError({ reset }: { error: Error; reset: () => void }) {
  return (
    <html lang="en">
      <body className="mx-auto flex min-h-dvh max-w-md flex-col items-start justify-center gap-3 px-4">
        <h1 className="font-semibold text-[20px]">The studio could not be shown</h1>
        <p className="text-text-2">
          Something went wrong on our side; the server’s log has the details. Check that the database runs, then try
          again.
        </p>
        <button type="button" onClick={reset} className="rounded-md border px-3 py-2 font-medium">
          Try again
        </button>
      </body>
    </html>
  );
}
