"use client";
import { useState } from "react";
import { Card } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import type { SamplePoint } from "@/lib/contracts/run-snapshot";
import { isFinal, type RunStatus } from "@/lib/contracts/run-status";

const stepsOf = (samples: SamplePoint[]): number[] =>
  [...new Set(samples.map(({ step }) => step))].sort((a, b) => a - b);

/** Completions of the same prompts at each evaluation: before training beside a later step. Follows the newest by itself. */
export function Samples({ samples, status }: { samples: SamplePoint[]; status: RunStatus }) {
  const [chosen, setChosen] = useState<number | null>(null);
  const steps = stepsOf(samples);
  const first = steps[0];
  const shown = chosen ?? steps.at(-1);
  if (first === undefined || shown === undefined) {
    return (
      <Card title="Completions as it learns">
        <p className="text-text-3">
          {isFinal(status)
            ? "This run made no sample completions."
            : "The first completions come with the evaluation before training."}
        </p>
      </Card>
    );
  }
  const names = [...new Set(samples.map(({ name }) => name))];
  const find = (name: string, step: number) => samples.find((sample) => sample.name === name && sample.step === step);
  return (
    <Card
      title="Completions as it learns"
      aside={<StepPicker steps={steps} shown={shown} isFollowing={chosen === null} onChoose={setChosen} />}
      isFlush
    >
      <ul>
        {names.map((name) => (
          <li key={name} className="grid gap-x-4 gap-y-3 border-b p-4 last:border-b-0 lg:grid-cols-2">
            <Completion title={`Before training${first > 0 ? ` (step ${first})` : ""}`} sample={find(name, first)} />
            {shown > first ? (
              <Completion
                title={`Step ${shown}`}
                sample={find(name, shown)}
                isCurrent
                isAwaited={!isFinal(status) && shown === steps.at(-1)}
              />
            ) : (
              <p className="self-center text-text-3 max-lg:hidden">
                {steps.length > 1 || isFinal(status)
                  ? "Choose a later step above to compare."
                  : "What the model writes after the next evaluation comes here."}
              </p>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}

interface StepPickerProps {
  steps: number[];
  shown: number;
  isFollowing: boolean;
  onChoose(step: number | null): void;
}

function StepPicker({ steps, shown, isFollowing, onChoose }: StepPickerProps) {
  const index = Math.max(0, steps.indexOf(shown));
  return (
    <div className="flex items-center gap-3 text-[12px] text-text-2">
      <label className="flex items-center gap-2">
        <span className="tabular whitespace-nowrap">step {shown}</span>
        <input
          type="range"
          min={0}
          max={steps.length - 1}
          value={index}
          disabled={steps.length < 2}
          aria-valuetext={`step ${shown}`}
          aria-label="Step of the completions"
          className="w-28 accent-(--accent-strong)"
          onChange={(event) => {
            const position = Number(event.target.value);
            onChoose(position === steps.length - 1 ? null : (steps[position] ?? null));
          }}
        />
      </label>
      <span className={cn("w-16", !isFollowing && "invisible")}>newest</span>
    </div>
  );
}

/** Enough to see where the completion starts; the prompts of code are long and the completion is what counts. */
const PROMPT_LINES = 6;

function tailOf(prompt: string): { tail: string; left: number } {
  const lines = prompt.split("\n");
  const left = Math.max(0, lines.length - PROMPT_LINES);
  return { tail: lines.slice(left).join("\n"), left };
}

/** What comes after a gap: its first lines show whether the completion meets it. */
const headOf = (suffix: string): string => {
  const lines = suffix.split("\n");
  return lines.slice(0, PROMPT_LINES).join("\n") + (lines.length > PROMPT_LINES ? "\n⋯" : "");
};

interface CompletionProps {
  title: string;
  sample: SamplePoint | undefined;
  isCurrent?: boolean;
  /** The prompts of one step are completed one after the other. */
  isAwaited?: boolean;
}

function Completion({ title, sample, isCurrent, isAwaited }: CompletionProps) {
  const { tail, left } = tailOf(sample?.prompt ?? "");
  return (
    <figure className="min-w-0">
      <figcaption className="mb-1 text-[12px] text-text-3">{title}</figcaption>
      <pre
        data-testid={isCurrent ? "sample-latest" : "sample-first"}
        className="max-h-80 min-h-28 overflow-auto whitespace-pre-wrap break-words rounded-md bg-surface-2 p-3 font-mono text-[12.5px] leading-[1.55]"
      >
        {sample === undefined ? (
          <span className="text-text-3">{isAwaited ? "Being written…" : "No completion at this step."}</span>
        ) : (
          <>
            <span className="text-text-3" title={sample.prompt}>
              {left > 0 && `⋯ ${left} more ${left === 1 ? "line" : "lines"} of the prompt\n`}
              {tail}
            </span>
            <mark className="bg-accent-soft text-text">{sample.completion}</mark>
            {sample.suffix !== undefined && <span className="text-text-3">{headOf(sample.suffix)}</span>}
          </>
        )}
      </pre>
    </figure>
  );
}
