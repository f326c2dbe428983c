import { LineChart } from "@/components/charts/line-chart";
import type { ChartToken } from "@/components/charts/use-chart-colors";
import { Card } from "@/components/ui/card";
import { formatBytes, formatCount, formatRate } from "@/components/ui/format";
import type { MetricPoint } from "@/lib/contracts/views";

interface SmallChart {
  title: string;
  key: "learningRate" | "gradNorm" | "tokensPerSecond" | "residentBytes";
  color: ChartToken;
  format(value: number): string;
}

const CHARTS: SmallChart[] = [
  { title: "Learning rate", key: "learningRate", color: "--series-3", format: formatRate },
  { title: "Gradient norm", key: "gradNorm", color: "--series-4", format: formatRate },
  { title: "Tokens per second", key: "tokensPerSecond", color: "--series-1", format: formatCount },
  { title: "Memory", key: "residentBytes", color: "--series-2", format: formatBytes },
];

export function SmallCharts({ metrics }: { metrics: MetricPoint[] }) {
  // Step 0 is only the evaluation before training.
  const steps = metrics.filter(({ step }) => step > 0);
  return (
    <div className="grid gap-4 sm:grid-cols-2 xl:grid-cols-4">
      {CHARTS.map(({ title, key, color, format }) => {
        const points = steps.flatMap((metric) => (metric[key] === null ? [] : [{ x: metric.step, y: metric[key] }]));
        // What was never told, as memory in runs of before, is no chart.
        if (points.length === 0 && steps.length > 0) return null;
        const last = points.at(-1);
        return (
          <Card
            key={key}
            title={title}
            aside={<span className="tabular text-[12px] text-text-2">{last ? format(last.y) : "–"}</span>}
          >
            <LineChart
              className="h-32"
              isCompact
              label={last ? `${title} by step, now ${format(last.y)}.` : `${title}: no points yet.`}
              series={[{ label: title, points, color }]}
              format={format}
            />
          </Card>
        );
      })}
    </div>
  );
}
