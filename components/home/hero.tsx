import Link from "next/link";
import { formatBytes, formatCompact, formatCount, formatDuration } from "@/components/ui/format";
import type { DatasetView, ModelView, RunView } from "@/lib/contracts/views";
import { StartQuickstart, type StartQuickstartProps } from "./start-quickstart";
import { WorkerNotice } from "./worker-notice";

export interface HeroProps extends StartQuickstartProps {
  model: ModelView | undefined;
  dataset: DatasetView | undefined;
  /** The newest completed run of the same kind, as a measured guide to how long it takes here. */
  lastRun: RunView | undefined;
}

export function Hero({ model, dataset, lastRun, start }: HeroProps) {
  return (
    <section className="mb-8 grid gap-6 rounded-box border bg-surface p-5 md:grid-cols-[minmax(0,1fr)_320px] md:p-7">
      <div className="flex flex-col gap-4">
        <h1 className="text-balance font-semibold text-[22px] leading-8 tracking-tight">
          Teach a code language model your own code, on this machine.
        </h1>
        <p className="max-w-prose text-text-2">
          Press the button to watch a real LoRA fine-tune: live loss, sample completions, and a PEFT adapter to keep at
          the end. No Python, no GPU and no account needed; nothing leaves this computer.
        </p>
        <StartQuickstart start={start} />
        <WorkerNotice />
        <p className="text-[13px] text-text-3">
          Your own folder or file instead?{" "}
          <Link href="/datasets/new" className="text-accent underline underline-offset-2">
            Add a dataset
          </Link>
          , then{" "}
          <Link href="/runs/new" className="text-accent underline underline-offset-2">
            set up a run
          </Link>
          .
        </p>
      </div>
      <dl className="flex flex-col gap-4 self-start rounded-md bg-surface-2 p-4 text-[13px]">
        <div>
          <dt className="text-[12px] text-text-3">Model</dt>
          <dd className="font-medium">{model?.name ?? "No bundled model found"}</dd>
          <dd className="text-text-2">
            {model
              ? `${formatCompact(model.parameters)} parameters, ${model.architecture}, ${formatBytes(model.bytes)}, comes with the studio`
              : "Put a Hugging Face model folder into the models folder."}
          </dd>
        </div>
        <div>
          <dt className="text-[12px] text-text-3">Data</dt>
          <dd className="font-medium">This repository’s own source</dd>
          <dd className="text-text-2">
            {dataset ? (
              <Link href={`/datasets/${dataset.id}`} className="text-accent underline underline-offset-2">
                {formatCount(dataset.stats.documents)} files, {formatBytes(dataset.stats.bytes)}
              </Link>
            ) : (
              "Read from disk when the studio starts"
            )}
          </dd>
        </div>
        <div>
          <dt className="text-[12px] text-text-3">How long</dt>
          <dd className="text-text-2">
            {lastRun && lastRun.activeMs > 0
              ? `The last one took ${formatDuration(lastRun.activeMs)} on this machine.`
              : "Depends on your processor. The run shows a measured estimate after its first steps, and you can stop and resume at any time."}
          </dd>
        </div>
      </dl>
    </section>
  );
}
