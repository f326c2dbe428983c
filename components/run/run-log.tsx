"use client";
import { useCallback, useRef } from "react";
import { Card } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import type { LogLine } from "@/lib/contracts/run-snapshot";

const TONES: Record<LogLine["level"], string> = { info: "text-text-2", warn: "text-warn", error: "text-bad" };

/** The newest lines; stays at the end unless one has scrolled up to read. */
export function RunLog({ runId, lines }: { runId: string; lines: LogLine[] }) {
  const isAtEnd = useRef(true);
  /** Called with a line when it has become the newest one. */
  const follow = useCallback((line: HTMLElement | null) => {
    const box = line?.parentElement;
    if (box && isAtEnd.current) box.scrollTop = box.scrollHeight;
  }, []);
  const newest = lines.at(-1)?.seq;
  const link = (
    <a
      href={`/api/runs/${runId}/log`}
      target="_blank"
      rel="noreferrer"
      className="text-[13px] text-accent underline underline-offset-2"
    >
      Whole log
    </a>
  );
  return (
    <Card title="Log" aside={link} isFlush>
      <div
        role="log"
        aria-label="Log of the run"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard.
        tabIndex={0}
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          isAtEnd.current = scrollHeight - scrollTop - clientHeight < 24;
        }}
        className="h-64 overflow-auto px-4 py-3 font-mono text-[12px] leading-[1.6]"
      >
        {lines.length === 0 && <p className="text-text-3">Nothing was logged yet.</p>}
        {lines.map(({ seq, at, level, message }) => (
          <p
            key={seq}
            ref={seq === newest ? follow : null}
            className={cn("whitespace-pre-wrap break-words", TONES[level])}
          >
            <time dateTime={at} className="mr-3 text-text-3">
              {at.slice(11, 19)}
            </time>
            {level !== "info" && <span className="mr-2 font-semibold uppercase">{level}</span>}
            {message}
          </p>
        ))}
      </div>
    </Card>
  );
}
