import type { DataJobResult } from "@/lib/contracts/data-job";

/** The page of what a job made. */
export const resultAddress = ({ kind, id }: DataJobResult): string =>
  kind === "dataset" ? `/datasets/${id}?view=report` : kind === "model" ? "/models" : "/tokenizers";
