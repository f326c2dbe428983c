import { Field } from "@/components/ui/field";
import { formatCount } from "@/components/ui/format";
import { inputClass } from "@/components/ui/input-class";

export interface MaskQuery {
  model: string;
  length: number;
  evalSplit: number;
  seed: number;
  split: "train" | "eval";
  index: number;
}

export interface MaskControlsProps {
  query: MaskQuery;
  models: { id: string; contextLength: number }[];
  onChange(change: Partial<MaskQuery>): void;
}

const LENGTHS = [64, 128, 256, 512, 1024, 2048, 4096];
const EVAL_SPLITS = [0.05, 0.1, 0.2, 0.3, 0.5];

export function MaskControls({ query, models, onChange }: MaskControlsProps) {
  const context = models.find(({ id }) => id === query.model)?.contextLength ?? 1024;
  const lengths = [...new Set([...LENGTHS.filter((length) => length <= context), query.length])].sort((a, b) => a - b);
  const splits = [...new Set([...EVAL_SPLITS, query.evalSplit])].sort((a, b) => a - b);
  return (
    <div className="grid grid-cols-2 gap-x-4 gap-y-3 rounded-box border bg-surface p-4 lg:grid-cols-4">
      <Field id="mask-model" label="Model">
        <select
          id="mask-model"
          className={inputClass()}
          value={query.model}
          onChange={(event) => onChange({ model: event.target.value })}
        >
          {models.map(({ id }) => (
            <option key={id}>{id}</option>
          ))}
        </select>
      </Field>
      <Field id="mask-length" label="Sequence length">
        <select
          id="mask-length"
          className={inputClass()}
          value={query.length}
          onChange={(event) => onChange({ length: Number(event.target.value) })}
        >
          {lengths.map((length) => (
            <option key={length} value={length}>
              {formatCount(length)} tokens
            </option>
          ))}
        </select>
      </Field>
      <Field id="mask-split" label="Part">
        <select
          id="mask-split"
          className={inputClass()}
          value={query.split}
          onChange={(event) => onChange({ split: event.target.value === "eval" ? "eval" : "train" })}
        >
          <option value="train">training files</option>
          <option value="eval">held-out files</option>
        </select>
      </Field>
      <Field id="mask-eval" label="Held-out share">
        <select
          id="mask-eval"
          className={inputClass()}
          value={query.evalSplit}
          onChange={(event) => onChange({ evalSplit: Number(event.target.value) })}
        >
          {splits.map((share) => (
            <option key={share} value={share}>
              {Math.round(share * 100)} % of files
            </option>
          ))}
        </select>
      </Field>
    </div>
  );
}
