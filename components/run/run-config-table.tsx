import Link from "next/link";
import { maskAddress } from "@/components/mask/mask-query";
import { queryOfConfig } from "@/components/mask/query-of-config";
import { isAsked } from "@/components/run-form/field-specs";
import { SETTING_LABELS } from "@/components/run-form/setting-labels";
import { Card } from "@/components/ui/card";
import { formatRate } from "@/components/ui/format";
import type { RunConfig } from "@/lib/contracts/run-config";

function show(value: RunConfig[keyof RunConfig]): string {
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.join(", ");
  // Every digit of a whole number counts: a seed, a number of tokens.
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : formatRate(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return value === "" ? "none" : value;
  const entries = Object.entries(value);
  return entries.length === 0 ? "none" : entries.map(([name, number]) => `${name}=${number}`).join(", ");
}

/** Those that count beside the others: no number of another optimizer or schedule. */
function settingsOf(config: RunConfig): (keyof RunConfig)[] {
  const { optimizer, scheduler, objective } = config;
  const others = {
    optimizer,
    scheduler,
    objective,
    early_stopping_patience: String(config.early_stopping_patience),
    fim_rate: String(config.fim_rate),
    include_amphigory: String(config.include_amphigory),
  };
  return (Object.keys(config) as (keyof RunConfig)[]).filter((key) => isAsked(key, others));
}

/** @param datasetId null once the dataset is gone: then there are no sequences to look at */
export function RunConfigTable({ config, datasetId }: { config: RunConfig; datasetId: string | null }) {
  return (
    <Card
      title="Settings"
      aside={
        datasetId !== null && (
          <Link
            href={`/datasets/${datasetId}/mask?${maskAddress(queryOfConfig(config, null))}`}
            className="text-[12px] text-accent underline underline-offset-2"
          >
            See what gets loss
          </Link>
        )
      }
    >
      <dl className="grid grid-cols-1 gap-x-6 text-[13px] sm:grid-cols-2 lg:grid-cols-3">
        {settingsOf(config).map((key) => (
          <div key={key} className="flex min-w-0 justify-between gap-3 border-b py-1.5">
            <dt className="text-text-3" title={key}>
              {SETTING_LABELS[key]}
            </dt>
            <dd className="tabular truncate" title={show(config[key])}>
              {show(config[key])}
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
