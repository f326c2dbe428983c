import Link from "next/link";
import { describedBy, Field } from "@/components/ui/field";
import { formatCompact, formatCount } from "@/components/ui/format";
import { inputClass } from "@/components/ui/input-class";
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

/** Dataset and model, with what was typed or asked for kept even if it is not on the list. */
export function SourceFields({ form, models, datasets }: SourceFieldsProps) {
  const { dataset_name, model_type } = form.values;
  const dataset = datasets.find(({ value }) => value === dataset_name);
  const model = models.find(({ id }) => id === model_type);
  return (
    <div className="grid gap-x-5 gap-y-4 sm:grid-cols-2">
      <Field
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
      >
        <select
          id="dataset_name"
          value={dataset_name}
          aria-describedby={describedBy("dataset_name")}
          aria-invalid={form.errorsOf("dataset_name") !== undefined}
          className={inputClass(form.errorsOf("dataset_name") !== undefined)}
          onChange={(event) => form.set({ dataset_name: event.target.value })}
        >
          {dataset_name !== "" && dataset === undefined && (
            <option value={dataset_name}>{dataset_name} (not here)</option>
          )}
          {datasets.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </Field>
      <Field
        id="model_type"
        label="Model"
        errors={form.errorsOf("model_type")}
        hint={
          model
            ? `What is fine-tuned: ${formatCompact(model.parameters)} parameters, ${formatCount(model.layers)} layers, context ${formatCount(model.contextLength)}`
            : "Put Hugging Face model folders into the models folder to see them here."
        }
      >
        <select
          id="model_type"
          value={model_type}
          aria-describedby={describedBy("model_type")}
          aria-invalid={form.errorsOf("model_type") !== undefined}
          className={inputClass(form.errorsOf("model_type") !== undefined)}
          onChange={(event) => form.set({ model_type: event.target.value })}
        >
          {model_type === "" && <option value="">No model found</option>}
          {model_type !== "" && model === undefined && <option value={model_type}>{model_type} (not here)</option>}
          {models.map(({ id }) => (
            <option key={id}>{id}</option>
          ))}
        </select>
      </Field>
    </div>
  );
}
