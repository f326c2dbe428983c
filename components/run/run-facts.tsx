import {
  formatBytes,
  formatCompact,
  formatCount,
  formatLoss,
  formatPerplexity,
  formatRate,
} from "@/components/ui/format";
import { Stat } from "@/components/ui/stat";
import type { MetricPoint, RunView } from "@/lib/contracts/views";

export interface RunFactsProps {
  run: RunView;
  metrics: MetricPoint[];
  /** Of the run on the CPU. */
  estimatedPeakBytes: number | null;
}

export function RunFacts({ run, metrics, estimatedPeakBytes }: RunFactsProps) {
  const { trainableParameters, totalParameters } = run;
  const share =
    trainableParameters !== null && totalParameters
      ? `${((trainableParameters / totalParameters) * 100).toFixed(1)} % of ${formatCompact(totalParameters)}`
      : undefined;
  const lastMetric = metrics.at(-1);
  // Not the result's: that may be of an earlier, better step.
  const latest = metrics.findLast(({ evalLoss }) => evalLoss !== null)?.evalLoss ?? run.evalLossAfter;
  return (
    <dl className="grid grid-cols-2 gap-x-4 gap-y-4 rounded-box border bg-surface p-4 sm:grid-cols-4 xl:grid-cols-8">
      <Stat label="Train loss" value={<span data-testid="train-loss">{formatLoss(run.trainLoss)}</span>} />
      <Stat
        label="Held-out, before"
        value={formatLoss(run.evalLossBefore)}
        title={`Perplexity ${formatPerplexity(run.evalLossBefore)}`}
      />
      <Stat
        label="Held-out, latest"
        value={formatLoss(latest)}
        title={`Perplexity ${formatPerplexity(latest)}${run.evalTokens ? `, on ${formatCount(run.evalTokens)} tokens` : ""}`}
      />
      <Stat label="Learning rate" value={lastMetric ? formatRate(lastMetric.learningRate) : "–"} />
      <Stat
        label="Speed"
        value={run.tokensPerSecond === null ? "–" : formatCount(run.tokensPerSecond)}
        detail="tokens/s"
      />
      <Stat
        label="Peak memory"
        value={run.peakBytes === null ? "–" : formatBytes(run.peakBytes)}
        {...(estimatedPeakBytes !== null &&
          (run.device === null || run.device === "cpu") && { detail: `${formatBytes(estimatedPeakBytes)} estimated` })}
      />
      <Stat
        label="Device"
        value={run.device ?? "–"}
        {...(run.device !== null && run.config.device === "auto" && { detail: "by auto", title: "The log says why." })}
      />
      <Stat
        label="Trained parameters"
        value={trainableParameters === null ? "–" : formatCompact(trainableParameters)}
        {...(share && { title: share })}
      />
    </dl>
  );
}
