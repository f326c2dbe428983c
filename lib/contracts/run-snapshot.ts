/**
 * @file What the run screen is built from, and how an event changes it. The server builds it from the database, the browser
 * keeps it up to date from the event stream; both use the same functions, so a reload shows what was there before.
 * Applying an event twice changes nothing, so that a snapshot and a stream may overlap.
 */
import { z } from "zod";
import type { MetricPoint, RunEventView, RunView } from "./views";

export interface SamplePoint {
  step: number;
  name: string;
  prompt: string;
  /** What comes after the completion, where it fills a gap. */
  suffix?: string | undefined;
  completion: string;
}

export interface LogLine {
  seq: number;
  at: string;
  level: "info" | "warn" | "error";
  message: string;
}

export interface RunSnapshot {
  run: RunView;
  metrics: MetricPoint[];
  samples: SamplePoint[];
  /** Steps of the checkpoints that are there: older ones were replaced. */
  checkpoints: number[];
  log: LogLine[];
  progress: { phase: string; done: number; total: number } | null;
  /** Newest event that is in here; a stream goes on after it. */
  lastSeq: number;
}

const MAX_LOG_LINES = 400;
const MAX_METRICS = 4000;

const Sample = z.object({
  step: z.number(),
  name: z.string(),
  prompt: z.string(),
  suffix: z.string().optional(),
  completion: z.string(),
});
const Progress = z.object({ phase: z.string(), done: z.number(), total: z.number() });
const Log = z.object({ level: z.enum(["info", "warn", "error"]).catch("info"), message: z.string() });
const Checkpoint = z.object({ step: z.number(), kept: z.array(z.number()).nullish() });
const Status = z.object({ status: z.string() });
const Hello = z.object({
  engine: z.string(),
  device: z.string(),
  startStep: z.number(),
  totalSteps: z.number(),
  trainableParameters: z.number(),
});
const number = z
  .number()
  .nullish()
  .transform((value) => value ?? null);
const Metric = z.object({
  step: z.number(),
  epoch: z.number(),
  trainLoss: number,
  evalLoss: number,
  learningRate: z.number(),
  gradNorm: number,
  tokensPerSecond: z.number(),
  tokensSeen: z.number(),
  isFinite: z.boolean().default(true),
  residentBytes: number,
});

/** In step order, one point a step; a later report of the same step replaces the earlier one. */
export function mergeMetric(metrics: MetricPoint[], point: MetricPoint): MetricPoint[] {
  const last = metrics.at(-1);
  if (last === undefined || last.step < point.step) return thinMetrics([...metrics, point], MAX_METRICS);
  const index = metrics.findIndex((known) => known.step >= point.step);
  const known = metrics[index];
  // The evaluation of a step may be reported apart from its training loss.
  if (known?.step === point.step) {
    const merged = {
      ...point,
      evalLoss: point.evalLoss ?? known.evalLoss,
      trainLoss: point.trainLoss ?? known.trainLoss,
    };
    return metrics.with(index, merged);
  }
  return metrics.toSpliced(index, 0, point);
}

/**
 * At most about `limit` points, extremes kept: of each stretch the lowest and highest train loss stay, and every evaluation
 * and every point that is not finite. Returns the same array when it is short enough.
 */
export function thinMetrics(metrics: MetricPoint[], limit: number): MetricPoint[] {
  if (metrics.length <= limit) return metrics;
  // Half the limit, so that a live chart is not thinned again at every point.
  const stretches = Math.max(1, Math.floor(limit / 4));
  const size = metrics.length / stretches;
  const kept = new Set<MetricPoint>();
  for (let stretch = 0; stretch < stretches; stretch++) {
    let low: MetricPoint | undefined;
    let high: MetricPoint | undefined;
    for (const point of metrics.slice(Math.floor(stretch * size), Math.floor((stretch + 1) * size))) {
      if (point.evalLoss !== null || !point.isFinite) kept.add(point);
      if (point.trainLoss === null) continue;
      if (low?.trainLoss == null || point.trainLoss < low.trainLoss) low = point;
      if (high?.trainLoss == null || point.trainLoss > high.trainLoss) high = point;
    }
    if (low) kept.add(low);
    if (high) kept.add(high);
  }
  for (const end of [metrics[0], metrics.at(-1)]) if (end) kept.add(end);
  return metrics.filter((point) => kept.has(point));
}

export function emptySnapshot(run: RunView): RunSnapshot {
  return { run, metrics: [], samples: [], checkpoints: [], log: [], progress: null, lastSeq: 0 };
}

export function applyRunEvent(snapshot: RunSnapshot, event: RunEventView): RunSnapshot {
  if (event.seq <= snapshot.lastSeq) return snapshot;
  const line = logLineOf(event);
  return {
    ...snapshot,
    ...changeOf(snapshot, event),
    ...(line && { log: [...snapshot.log, line].slice(-MAX_LOG_LINES) }),
    lastSeq: event.seq,
  };
}

/** What an event adds to the log that people read: what the trainer said, and the turning points of the run. */
function logLineOf({ seq, kind, payload, createdAt: at }: RunEventView): LogLine | null {
  const line = (level: LogLine["level"], message: string): LogLine => ({ seq, at, level, message });
  if (kind === "log" || kind === "error") {
    const said = Log.safeParse({ level: kind === "error" ? "error" : undefined, ...payload });
    return said.success ? line(said.data.level, said.data.message) : null;
  }
  if (kind === "status") {
    const status = Status.safeParse(payload);
    return status.success ? line("info", `The run is ${status.data.status}.`) : null;
  }
  if (kind === "checkpoint") {
    const checkpoint = Checkpoint.safeParse(payload);
    return checkpoint.success ? line("info", `Checkpoint written at step ${checkpoint.data.step}.`) : null;
  }
  if (kind === "hello") {
    const hello = Hello.safeParse(payload);
    if (!hello.success) return null;
    const { engine, device, startStep, totalSteps, trainableParameters } = hello.data;
    const where = startStep > 0 ? `goes on from step ${startStep}` : "starts";
    return line(
      "info",
      `Training ${where}: ${totalSteps} steps, ${trainableParameters} trained parameters, engine ${engine}, device ${device}.`,
    );
  }
  return null;
}

/** An event of a shape we don't know (written by a newer version) changes nothing. */
function changeOf(snapshot: RunSnapshot, event: RunEventView): Partial<RunSnapshot> {
  switch (event.kind) {
    case "metric": {
      const metric = Metric.safeParse(event.payload);
      if (!metric.success) return {};
      return { metrics: mergeMetric(snapshot.metrics, { ...metric.data, timestamp: event.createdAt }) };
    }
    case "sample": {
      const sample = Sample.safeParse(event.payload);
      if (!sample.success) return {};
      const others = snapshot.samples.filter(
        (known) => known.step !== sample.data.step || known.name !== sample.data.name,
      );
      return { samples: [...others, sample.data] };
    }
    case "checkpoint": {
      const checkpoint = Checkpoint.safeParse(event.payload);
      if (!checkpoint.success) return {};
      // A trainer that does not say what it keeps, keeps all.
      const there = checkpoint.data.kept ?? [...snapshot.checkpoints, checkpoint.data.step];
      return { checkpoints: [...new Set(there)].sort((a, b) => a - b) };
    }
    case "progress": {
      const progress = Progress.safeParse(event.payload);
      return progress.success ? { progress: progress.data } : {};
    }
    case "status":
      // What was under way is over: "saving" of before a stop says nothing about the run that was resumed.
      return { progress: null };
    case "log":
    case "error":
    case "hello":
    case "done":
      return {};
    default:
      return event.kind satisfies never;
  }
}
