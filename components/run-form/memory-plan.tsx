import { formatBytes } from "@/components/ui/format";
import { Notice } from "@/components/ui/notice";
import { MEMORY_PARTS, type MemoryPart, type RunNeeds } from "@/lib/contracts/memory-estimate";

const LABELS: Record<MemoryPart, string> = {
  runtime: "Program",
  layerWeights: "Weights of the layers",
  embeddingAndHead: "Embedding and head",
  trained: "Trained, with gradients and optimizer",
  keptActivations: "Kept activations",
  layerWork: "Work of one layer",
  logits: "Logits",
};

/** What the run will need of memory, part by part, and what there is too little of. */
export function MemoryPlan({ needs: { estimate, memoryBytes, warnings } }: { needs: RunNeeds }) {
  return (
    <div className="mt-4 flex flex-col gap-3">
      <details>
        <summary className="flex min-h-9 items-center justify-between gap-2 text-[12px] text-text-3">
          Memory
          <span className="tabular font-medium text-[15px] text-text" data-testid="memory-estimate">
            {formatBytes(estimate.totalBytes)}
            <span className="ml-1.5 font-normal text-[12px] text-text-3">of {formatBytes(memoryBytes)}</span>
          </span>
        </summary>
        <dl className="tabular flex flex-col gap-1 text-[12px] text-text-2">
          {MEMORY_PARTS.map((part) => (
            <div key={part} className="flex justify-between gap-2">
              <dt>{LABELS[part]}</dt>
              <dd>{formatBytes(estimate.parts[part])}</dd>
            </div>
          ))}
        </dl>
      </details>
      {warnings.map((warning) => (
        <Notice key={warning} tone="warn">
          {warning}
        </Notice>
      ))}
    </div>
  );
}
