import Link from "next/link";
import { formatCompact, formatCount } from "@/components/ui/format";
import { SelectField, type SelectFieldProps } from "@/components/ui/select-field";
import type { ModelView } from "@/lib/contracts/views";
import type { RunFormState } from "./use-run-form";

export interface DatasetChoice {
  /** What goes into dataset_name. */
  value: string;
  label: string;
  /** Null for one that is built when the run starts. */
  id: string | null;
}

export interface SourceFieldsProps {
  form: RunFormState;
  models: ModelView[];
  datasets: DatasetChoice[];
}

/** The choices, before them what is chosen if it is none of them. */
function withChosen(choices: SelectFieldProps["options"], chosen: string, none: string): SelectFieldProps["options"] {
  if (choices.some(({ value }) => value === chosen)) return choices;
  return [{ value: chosen, label: chosen === "" ? none : `${chosen} (not here)` }, ...choices];
}

/** Dataset and model, with what was typed or asked for kept even if it is not on the list. */
export function SourceFields({ form, models, datasets }: SourceFieldsProps) {
  const { dataset_name, model_type } = form.values;
  const dataset = datasets.find(({ value }) => value === dataset_name);
  const model = models.find(({ id }) => id === model_type);
  const modelChoices = models.map(({ id }) => ({ value: id, label: id }));
  return (
    <div className="grid gap-x-5 gap-y-4 sm:grid-cols-2">
      <SelectField
        id="dataset_name"
        label="Dataset"
        errors={form.errorsOf("dataset_name")}
        hint={
          <>
            What it learns from.{" "}
            <Link
              href={dataset?.id ? `/datasets/${dataset.id}` : "/datasets/new"}
              className="text-accent underline underline-offset-2"
            >
              {dataset?.id ? "Look at its rows" : "Add your own"}
            </Link>
          </>
        }
        value={dataset_name}
        options={withChosen(datasets, dataset_name, "Choose a dataset")}
        onChange={(value) => form.set({ dataset_name: value })}
      />
      <SelectField
        id="model_type"
        label="Model"
        errors={form.errorsOf("model_type")}
        hint={
          <>
            {model
              ? `What is fine-tuned: ${formatCompact(model.parameters)} parameters, ${formatCount(model.layers)} layers, context ${formatCount(model.contextLength)}. `
              : "No model of that name is here. "}
            <Link href="/models" className="text-accent underline underline-offset-2">
              Get another model
            </Link>
          </>
        }
        value={model_type}
        options={withChosen(modelChoices, model_type, "No model found")}
        onChange={(value) => form.set({ model_type: value })}
      />
    </div>
  );
}
