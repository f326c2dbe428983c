"use client";
import dynamic from "next/dynamic";
import { Skeleton } from "@/components/ui/skeleton";
import type { BarCanvasProps } from "./bar-canvas";

// Chart.js draws on a canvas, so it is of no use on the server; its place is kept to the pixel.
const BarCanvas = dynamic(() => import("./bar-canvas").then((file) => file.BarCanvas), {
  ssr: false,
  loading: () => <Skeleton className="h-full w-full" />,
});

const ROW_PX = 28;
const AXIS_PX = 34;

/** Horizontal bars, one row a category. */
export function BarChart(props: BarCanvasProps) {
  return (
    <div className="relative w-full" style={{ height: props.categories.length * ROW_PX + AXIS_PX }}>
      <BarCanvas {...props} />
    </div>
  );
}
