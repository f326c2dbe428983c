import { Download } from "lucide-react";
import { buttonClass } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { CopyText } from "@/components/ui/copy-text";
import {
  formatCount,
  formatLoss,
  formatPerplexity,
  formatSignedPercent,
  lossChangePercent,
} from "@/components/ui/format";
import type { RunView } from "@/lib/contracts/views";

const ADAPTER_FILES = ["adapter_model.safetensors", "adapter_config.json"];
const MODEL_FILES = ["model.safetensors", "config.json", "tokenizer.json"];

/** What came out: held-out loss before and after on the same files, and the adapter. */
export function RunOutcome({ run }: { run: RunView }) {
  const isBest = run.adapterStep !== null && run.adapterStep < run.step;
  const percent = lossChangePercent(run.evalLossBefore, run.evalLossAfter);
  const folder = run.adapterPath?.split(/[\\/]/).pop();
  const files = folder === "model" ? MODEL_FILES : ADAPTER_FILES;
  return (
    <section
      aria-label="Result"
      className="grid gap-6 rounded-box border bg-surface p-5 lg:grid-cols-[auto_minmax(0,1fr)] lg:gap-12"
    >
      <div>
        <h2 className="font-semibold text-[13px]">
          Held-out loss{run.evalTokens ? `, on the same ${formatCount(run.evalTokens)} tokens` : ""}
        </h2>
        {percent === null ? (
          <p className="mt-2 max-w-xs text-text-2">
            Nothing was held out, so there is no loss to compare. Set a held-out share above 0.
          </p>
        ) : (
          <>
            <div className="tabular mt-2 flex flex-wrap items-end gap-x-4 gap-y-2">
              <Figure label="before" loss={run.evalLossBefore} />
              <span aria-hidden className="pb-5 text-[20px] text-text-3">
                →
              </span>
              <Figure
                label={isBest ? `after step ${formatCount(run.adapterStep ?? 0)}, the best` : "after"}
                loss={run.evalLossAfter}
                isStrong
              />
              <p
                data-testid="loss-change"
                className={cn(
                  "mb-5 rounded-md px-2 py-1 font-semibold text-[16px]",
                  percent < 0 ? "bg-good-soft text-good" : "bg-warn-soft text-warn",
                )}
              >
                {formatSignedPercent(percent)}
              </p>
            </div>
            <p className="mt-1 text-[12px] text-text-3">
              {percent < 0
                ? "Lower is better: the model predicts code it was not trained on with less surprise."
                : "Higher is worse: the model got no better on code that it was not trained on. Try fewer epochs or a lower learning rate."}
            </p>
          </>
        )}
      </div>
      {run.adapterPath !== null && (
        <div className="min-w-0">
          <h2 className="font-semibold text-[13px]">
            {folder === "model" ? "Model" : "Adapter, in PEFT’s format"}
            {isBest && <span className="font-normal text-text-2"> · of step {formatCount(run.adapterStep ?? 0)}</span>}
          </h2>
          <CopyText text={run.adapterPath} label="Copy the folder’s path" />
          <div className="mt-3 flex flex-wrap gap-2">
            {files.map((file) => (
              <a
                key={file}
                download
                href={`/api/runs/${run.id}/files/${folder}/${file}`}
                className={buttonClass("secondary", "sm")}
              >
                <Download aria-hidden className="size-3.5" /> {file}
              </a>
            ))}
          </div>
        </div>
      )}
    </section>
  );
}

function Figure({ label, loss, isStrong }: { label: string; loss: number | null; isStrong?: boolean }) {
  return (
    <div>
      <p className="text-[12px] text-text-3">{label}</p>
      <p className={cn("text-[26px] leading-8 tracking-tight", isStrong ? "font-semibold" : "text-text-2")}>
        {formatLoss(loss)}
      </p>
      <p
        className="text-[12px] text-text-3"
        title="exp(loss): between how many tokens the model is undecided on average"
      >
        perplexity {formatPerplexity(loss)}
      </p>
    </div>
  );
}
