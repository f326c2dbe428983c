import type { MaskQuery } from "@/components/mask/mask-query";
import { queryOfConfig } from "@/components/mask/query-of-config";
import { PREPARATION_FIELDS, type RunFormState } from "./use-run-form";

/** The training block that these settings make, or null while one of those that matter is wrong. */
export function previewQuery(form: Pick<RunFormState, "errors" | "config">, index: number | null): MaskQuery | null {
  const { errors, config } = form;
  if (config === null || PREPARATION_FIELDS.some((key) => errors[key] !== undefined)) return null;
  return queryOfConfig(config, index);
}
