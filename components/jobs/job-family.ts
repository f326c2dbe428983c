import type { DataJobKind } from "@/lib/contracts/data-job";

/** The screen that a job belongs to. */
export type JobFamily = "datasets" | "tokenizers";

export const jobFamily = (kind: DataJobKind): JobFamily => (kind.startsWith("tokenizer-") ? "tokenizers" : "datasets");
