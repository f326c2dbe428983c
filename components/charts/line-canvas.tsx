"use client";
import {
  Chart,
  type ChartOptions,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  Tooltip,
} from "chart.js";
import { Line } from "react-chartjs-2";
import { type ChartColors, type ChartToken, useChartColors } from "./use-chart-colors";

Chart.register(LinearScale, LogarithmicScale, LineController, LineElement, PointElement, Tooltip);

export interface LineSeries {
  label: string;
  points: { x: number; y: number }[];
  color: ChartToken;
  isDashed?: boolean;
  /** Thin and pale: the raw values behind a smoothed curve. */
  isFaint?: boolean;
  /** Marks each point: for sparse series such as evaluations. */
  hasMarks?: boolean;
}

export interface LineCanvasProps {
  /** What the chart says, in words, for those who can't see it. */
  label: string;
  series: LineSeries[];
  xTitle?: string;
  /** How a value is written on the axis and in the tooltip. */
  format(value: number): string;
  isLogScale?: boolean;
  isCompact?: boolean;
}

const FONT = 11;

function optionsOf(props: LineCanvasProps, colors: ChartColors): ChartOptions<"line"> {
  const { format, isLogScale, xTitle, isCompact } = props;
  const ticks = { color: colors["--text-3"], font: { size: FONT }, maxRotation: 0 };
  const grid = { color: colors["--grid"], tickLength: 4 };
  return {
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    parsing: false,
    normalized: true,
    interaction: { mode: "nearest", axis: "x", intersect: false },
    scales: {
      x: {
        type: "linear",
        min: 0,
        bounds: "data",
        ticks: { ...ticks, precision: 0, maxTicksLimit: isCompact ? 4 : 9 },
        grid: { ...grid, display: false },
        border: { color: colors["--line-strong"] },
        ...(xTitle !== undefined && {
          title: { display: true, text: xTitle, color: colors["--text-3"], font: { size: FONT } },
        }),
      },
      y: {
        type: isLogScale ? "logarithmic" : "linear",
        ticks: { ...ticks, maxTicksLimit: isCompact ? 4 : 7, callback: (value) => format(Number(value)) },
        grid,
        border: { display: false },
      },
    },
    plugins: {
      tooltip: {
        backgroundColor: colors["--surface"],
        titleColor: colors["--text-3"],
        bodyColor: colors["--text-2"],
        borderColor: colors["--line-strong"],
        borderWidth: 1,
        padding: 8,
        boxWidth: 8,
        boxHeight: 8,
        callbacks: {
          title: (items) => (items[0] === undefined ? "" : `Step ${items[0].parsed.x}`),
          label: (item) => ` ${item.dataset.label}: ${format(item.parsed.y ?? Number.NaN)}`,
        },
      },
    },
  };
}

export function LineCanvas(props: LineCanvasProps) {
  const colors = useChartColors();
  const datasets = props.series.map((series) => ({
    label: series.label,
    data: series.points,
    borderColor: series.isFaint ? withAlpha(colors[series.color], 0.3) : colors[series.color],
    backgroundColor: colors[series.color],
    borderWidth: series.isFaint ? 1 : 1.75,
    borderDash: series.isDashed ? [5, 4] : [],
    // Drawn last, above the others: sparse series would vanish behind dense ones.
    order: series.hasMarks ? 0 : 1,
    pointRadius: series.hasMarks || series.points.length === 1 ? 3 : 0,
    pointHoverRadius: 4,
    // Marks on the edge, as the one of step 0, are drawn whole.
    clip: 6 as const,
    pointStyle: series.isDashed ? ("rectRot" as const) : ("circle" as const),
  }));
  return <Line role="img" aria-label={props.label} data={{ datasets }} options={optionsOf(props, colors)} />;
}

/** "rgb(1, 2, 3)" as browsers write computed colours → "rgb(1 2 3 / 0.3)" */
const withAlpha = (color: string, alpha: number): string => {
  const channels = /^rgba?\(([\d.]+), ([\d.]+), ([\d.]+)/.exec(color);
  return channels === null ? color : `rgba(${channels[1]}, ${channels[2]}, ${channels[3]}, ${alpha})`;
};
