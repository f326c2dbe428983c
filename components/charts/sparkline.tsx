export interface SparklineProps {
  /** In time order. */
  values: number[];
  label: string;
}

const WIDTH = 96;
const HEIGHT = 24;

/** A curve without axes, only for its shape. Scaled to its own lowest and highest value. */
export function Sparkline({ values, label }: SparklineProps) {
  if (values.length < 2) return <span className="inline-block h-6 w-24" />;
  const low = Math.min(...values);
  const range = Math.max(...values) - low || 1;
  const points = values.map((value, index) => {
    const x = (index / (values.length - 1)) * (WIDTH - 2) + 1;
    const y = HEIGHT - 2 - ((value - low) / range) * (HEIGHT - 4);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return (
    <svg role="img" aria-label={label} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className="h-6 w-24">
      <polyline
        points={points.join(" ")}
        fill="none"
        strokeWidth="1.5"
        strokeLinejoin="round"
        className="stroke-series-1"
      />
    </svg>
  );
}
