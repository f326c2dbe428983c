import { formatCount } from "@/components/ui/format";
import { SelectField } from "@/components/ui/select-field";
import { DEFAULT_OBJECTIVE, OBJECTIVES } from "@/lib/contracts/objective-settings";
import type { MaskQuery } from "./mask-query";

export interface MaskControlsProps {
  query: MaskQuery;
  models: { id: string; contextLength: number }[];
  onChange(change: Partial<MaskQuery>): void;
}

const LENGTHS = [64, 128, 256, 512, 1024, 2048, 4096];
const EVAL_SPLITS = [0.05, 0.1, 0.2, 0.3, 0.5];
const PARTS = [
  { value: "train", label: "training files" },
  { value: "eval", label: "held-out files" },
];

export function MaskControls({ query, models, onChange }: MaskControlsProps) {
  const context = models.find(({ id }) => id === query.model)?.contextLength ?? 1024;
  const lengths = [...new Set([...LENGTHS.filter((length) => length <= context), query.length])].sort((a, b) => a - b);
  const splits = [...new Set([...EVAL_SPLITS, query.evalSplit])].sort((a, b) => a - b);
  return (
    <div className="grid grid-cols-2 gap-x-4 gap-y-3 rounded-box border bg-surface p-4 lg:grid-cols-5">
      <SelectField
        id="mask-objective"
        label="Objective"
        value={query.objective.objective}
        options={OBJECTIVES.map((value) => ({ value, label: value }))}
        onChange={(value) => {
          const objective = OBJECTIVES.find((known) => known === value) ?? "causal";
          onChange({ objective: { ...DEFAULT_OBJECTIVE, ...query.objective, objective } });
        }}
      />
      <SelectField
        id="mask-model"
        label="Model"
        value={query.model}
        options={models.map(({ id }) => ({ value: id, label: id }))}
        onChange={(model) => onChange({ model })}
      />
      <SelectField
        id="mask-length"
        label="Sequence length"
        value={String(query.length)}
        options={lengths.map((length) => ({ value: String(length), label: `${formatCount(length)} tokens` }))}
        onChange={(length) => onChange({ length: Number(length) })}
      />
      <SelectField
        id="mask-split"
        label="Part"
        value={query.split}
        options={PARTS}
        onChange={(split) => onChange({ split: split === "eval" ? "eval" : "train" })}
      />
      <SelectField
        id="mask-eval"
        label="Held-out share"
        value={String(query.evalSplit)}
        options={splits.map((share) => ({ value: String(share), label: `${Math.round(share * 100)} % of files` }))}
        onChange={(share) => onChange({ evalSplit: Number(share) })}
      />
    </div>
  );
}
