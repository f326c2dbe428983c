"use client";
import { BarController, BarElement, CategoryScale, Chart, type ChartOptions, LinearScale, Tooltip } from "chart.js";
import { Bar } from "react-chartjs-2";
import { type ChartColors, type ChartToken, useChartColors } from "./use-chart-colors";

Chart.register(BarController, BarElement, CategoryScale, LinearScale, Tooltip);

export interface BarSeries {
  label: string;
  /** One for each category. */
  values: number[];
  color: ChartToken;
  /** Drawn as an outline, so that colour alone does not tell the series apart. */
  isHollow?: boolean;
}

export interface BarCanvasProps {
  /** What the chart says, in words, for those who can't see it. */
  label: string;
  categories: string[];
  /** Stacked on each other, the first one innermost. */
  series: BarSeries[];
  /** How a value is written on the axis and in the tooltip. */
  format(value: number): string;
}

const FONT = 12;

function optionsOf({ format }: BarCanvasProps, colors: ChartColors): ChartOptions<"bar"> {
  return {
    indexAxis: "y",
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    interaction: { mode: "index", axis: "y", intersect: false },
    scales: {
      x: {
        stacked: true,
        beginAtZero: true,
        ticks: {
          color: colors["--text-3"],
          font: { size: FONT - 1 },
          maxTicksLimit: 6,
          callback: (v) => format(Number(v)),
        },
        grid: { color: colors["--grid"], tickLength: 4 },
        border: { display: false },
      },
      y: {
        stacked: true,
        ticks: { color: colors["--text-2"], font: { size: FONT }, autoSkip: false },
        grid: { display: false },
        border: { color: colors["--line-strong"] },
      },
    },
    plugins: {
      tooltip: {
        backgroundColor: colors["--surface"],
        titleColor: colors["--text-2"],
        bodyColor: colors["--text-2"],
        borderColor: colors["--line-strong"],
        borderWidth: 1,
        padding: 8,
        boxWidth: 8,
        boxHeight: 8,
        filter: (item) => item.parsed.x !== 0,
        callbacks: { label: (item) => ` ${item.dataset.label}: ${format(item.parsed.x ?? Number.NaN)}` },
      },
    },
  };
}

export function BarCanvas(props: BarCanvasProps) {
  const colors = useChartColors();
  const datasets = props.series.map(({ label, values, color, isHollow }) => ({
    label,
    data: values,
    backgroundColor: isHollow ? "transparent" : colors[color],
    borderColor: colors[color],
    borderWidth: isHollow ? 1.5 : 0,
    maxBarThickness: 20,
    categoryPercentage: 0.85,
    barPercentage: 0.9,
  }));
  return (
    <Bar
      role="img"
      aria-label={props.label}
      data={{ labels: props.categories, datasets }}
      options={optionsOf(props, colors)}
    />
  );
}
