import type { DataJobResult } from "@/lib/contracts/data-job";

/** The page of what a job made; null where there is none. */
export const resultAddress = ({ kind, id }: DataJobResult): string | null =>
  kind === "dataset" ? `/datasets/${id}?view=report` : kind === "model" ? "/models" : null;
