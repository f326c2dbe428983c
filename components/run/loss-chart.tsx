"use client";
import { useState } from "react";
import { Legend } from "@/components/charts/legend";
import type { LineSeries } from "@/components/charts/line-canvas";
import { LineChart } from "@/components/charts/line-chart";
import { smooth } from "@/components/charts/smooth";
import { Card } from "@/components/ui/card";
import { formatCount, formatLoss } from "@/components/ui/format";
import { Toggle } from "@/components/ui/toggle";
import type { MetricPoint } from "@/lib/contracts/views";

const SMOOTHING = 0.9;
const DENSE_POINTS = 200;

interface LossChartProps {
  metrics: MetricPoint[];
  /** Tokens that every held-out loss is measured on; null while that is not known. */
  evalTokens: number | null;
}

export function LossChart({ metrics, evalTokens }: LossChartProps) {
  // Null: as the number of points asks for. A dense curve would hide the evaluations.
  const [chosenSmooth, setChosenSmooth] = useState<boolean | null>(null);
  const [isLogScale, setIsLogScale] = useState(false);
  const train = pointsOf(metrics, "trainLoss");
  const held = pointsOf(metrics, "evalLoss");
  const heldOut = evalTokens ? `held out, ${formatCount(evalTokens)} tokens` : "held out";
  const isSmooth = chosenSmooth ?? train.length > DENSE_POINTS;
  const trainSeries: LineSeries[] = isSmooth
    ? [
        { label: "train, smoothed", points: smooth(train, SMOOTHING), color: "--series-1" },
        { label: "train, each step", points: train, color: "--series-1", isFaint: true },
      ]
    : [{ label: "train", points: train, color: "--series-1" }];
  const series: LineSeries[] = [
    ...trainSeries,
    { label: heldOut, points: held, color: "--series-2", isDashed: true, hasMarks: true },
  ];
  const aside = (
    <div className="flex flex-wrap items-center gap-x-5 gap-y-1">
      <Legend items={series} />
      <Toggle label="Smooth" isOn={isSmooth} onChange={setChosenSmooth} />
      <Toggle label="Log scale" isOn={isLogScale} onChange={setIsLogScale} />
    </div>
  );
  return (
    <Card title="Loss" aside={aside}>
      <div className="relative">
        <LineChart
          className="h-72"
          label={describe(train, held)}
          series={series}
          xTitle="optimizer step"
          format={(value) => value.toFixed(2)}
          isLogScale={isLogScale}
        />
        {train.length === 0 && held.length === 0 && (
          <p className="absolute inset-0 flex items-center justify-center text-text-3">
            The first point comes with the first evaluation.
          </p>
        )}
      </div>
    </Card>
  );
}

function pointsOf(metrics: MetricPoint[], key: "trainLoss" | "evalLoss"): { x: number; y: number }[] {
  return metrics.flatMap((metric) => {
    const value = metric[key];
    return value === null ? [] : [{ x: metric.step, y: value }];
  });
}

function describe(train: { y: number }[], held: { y: number }[]): string {
  const range = (points: { y: number }[]) =>
    points.length === 0
      ? "no points yet"
      : `from ${formatLoss(points[0]?.y ?? null)} to ${formatLoss(points.at(-1)?.y ?? null)}`;
  return `Loss by step. Train: ${range(train)}. Held out: ${range(held)}.`;
}
