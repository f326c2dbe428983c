"use client";
import dynamic from "next/dynamic";
import { cn } from "@/components/ui/cn";
import { Skeleton } from "@/components/ui/skeleton";
import type { LineCanvasProps } from "./line-canvas";

// Chart.js draws on a canvas, so it is of no use on the server; its place is kept to the pixel.
const LineCanvas = dynamic(() => import("./line-canvas").then((file) => file.LineCanvas), {
  ssr: false,
  loading: () => <Skeleton className="h-full w-full" />,
});

export function LineChart({ className, ...props }: LineCanvasProps & { className?: string }) {
  return (
    <div className={cn("relative h-64 w-full", className)}>
      <LineCanvas {...props} />
    </div>
  );
}
