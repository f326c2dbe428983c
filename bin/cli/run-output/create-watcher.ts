import type { RunView } from "@/lib/contracts/views";
import type { RunWatcher } from "../follow-run";
import { describeProgress, describeResult, secondsLeft } from "./describe-run";

export interface RunOutput extends RunWatcher {
  view(run: RunView): void;
  end(run: RunView): void;
}

const line = (value: object): boolean => process.stdout.write(`${JSON.stringify(value)}\n`);

/** One JSON object a line: every event of the run, then one of kind "result". */
function jsonOutput(): RunOutput {
  return {
    event: ({ seq, kind, payload, createdAt }) => line({ seq, createdAt, ...payload, kind }),
    view: () => {},
    end: ({
      id,
      name,
      status,
      step,
      totalSteps,
      adapterPath,
      adapterStep,
      evalLossBefore,
      evalLossAfter,
      exitCause,
      exitMessage,
    }) =>
      line({
        kind: "result",
        runId: id,
        name,
        status,
        step,
        totalSteps,
        adapterPath,
        adapterStep,
        evalLossBefore,
        evalLossAfter,
        exitCause,
        exitMessage,
      }),
  };
}

/** A bar that is drawn over itself. */
function terminalOutput(): RunOutput {
  let pace: { startedAt: number; step: number } | null = null;
  const draw = (text: string) =>
    process.stdout.write(`\r\x1b[K${text.slice(0, Math.max(20, (process.stdout.columns ?? 120) - 1))}`);
  return {
    event: () => {},
    view: (run) => {
      if (pace === null && run.status === "running") pace = { startedAt: Date.now(), step: run.step };
      draw(describeProgress(run, pace === null ? null : secondsLeft(run, pace.step, pace.startedAt, Date.now())));
    },
    end: (run) => {
      draw("");
      process.stdout.write(`${describeResult(run)}\n`);
    },
  };
}

/** For a pipe or a file: a line when the state changes and at every evaluation. */
function plainOutput(): RunOutput {
  let status = "";
  let latest: RunView | null = null;
  const print = (run: RunView) => process.stdout.write(`${describeProgress(run, null, 0).trim()}\n`);
  return {
    event: ({ kind, payload }) => {
      if (kind === "metric" && typeof payload["evalLoss"] === "number" && latest !== null) {
        process.stdout.write(`step ${payload["step"]}  held-out ${payload["evalLoss"].toFixed(4)}\n`);
      }
    },
    view: (run) => {
      latest = run;
      if (run.status !== status) print(run);
      status = run.status;
    },
    end: (run) => process.stdout.write(`${describeResult(run)}\n`),
  };
}

export function createOutput(isJson: boolean): RunOutput {
  if (isJson) return jsonOutput();
  return process.stdout.isTTY ? terminalOutput() : plainOutput();
}
