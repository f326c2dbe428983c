"use client";
import { type FormEvent, useState } from "react";
import { SubmitRow } from "@/components/datasets/new/submit-row";
import { type CreateJob, useJobForm } from "@/components/jobs/use-job-form";
import { Card } from "@/components/ui/card";
import { describedBy, Field } from "@/components/ui/field";
import { inputClass } from "@/components/ui/input-class";
import { Notice } from "@/components/ui/notice";
import { SelectField } from "@/components/ui/select-field";
import { DatasetChecks } from "./dataset-checks";

const START = {
  name: "",
  model: "bpe",
  vocabulary_size: "16384",
  min_frequency: "2",
  split: "code",
  special_tokens: "<|endoftext|>",
};
const MODELS = [
  { value: "bpe", label: "byte-level BPE: what code models use" },
  { value: "wordpiece", label: "WordPiece" },
  { value: "unigram", label: "Unigram" },
];
const SPLITS = [
  { value: "code", label: "for code: runs of blanks stay together, digits apart" },
  { value: "gpt2", label: "as GPT-2" },
  { value: "llama3", label: "as Llama 3" },
  { value: "qwen2", label: "as Qwen2" },
];

export interface TrainFormProps {
  create: CreateJob;
  datasets: readonly { value: string; label: string }[];
}

/** Learns a tokenizer from datasets, in the background. */
export function TrainForm({ create, datasets }: TrainFormProps) {
  const [values, setValues] = useState(START);
  const [chosen, setChosen] = useState<readonly string[]>(datasets.slice(0, 1).map(({ value }) => value));
  const [hasFim, setHasFim] = useState(true);
  const form = useJobForm(create, () => {});
  const set = (change: Partial<typeof START>) => setValues({ ...values, ...change });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const { name, model, split, vocabulary_size, min_frequency, special_tokens } = values;
    const numbers = { vocabulary_size: Number(vocabulary_size), min_frequency: Number(min_frequency) };
    const tokens = special_tokens.split(/\s+/).filter((token) => token !== "");
    const rest = { datasets: chosen, special_tokens: tokens, fim_tokens: hasFim };
    await form.submit(() => ({ kind: "tokenizer-train", name, model, split, ...numbers, ...rest }));
  };
  const input = (key: keyof typeof START, label: string, hint?: string, isNumber = false) => (
    <Field id={`tokenizer-${key}`} label={label} hint={hint} errors={form.errors[key]}>
      <input
        id={`tokenizer-${key}`}
        value={values[key]}
        autoComplete="off"
        spellCheck={false}
        inputMode={isNumber ? "numeric" : undefined}
        aria-describedby={describedBy(`tokenizer-${key}`)}
        aria-invalid={form.errors[key] !== undefined}
        className={inputClass(form.errors[key] !== undefined)}
        onChange={(event) => set({ [key]: event.target.value })}
      />
    </Field>
  );
  if (datasets.length === 0) return <Notice tone="info">There is no dataset yet to learn from.</Notice>;
  return (
    <form ref={form.element} noValidate className="max-w-2xl" onSubmit={submit}>
      <Card>
        <div className="flex flex-col gap-5">
          {input("name", "Name", "Letters, digits, dots, hyphens and underscores.")}
          <DatasetChecks datasets={datasets} chosen={chosen} errors={form.errors.datasets} onChange={setChosen} />
          <div className="grid gap-x-4 gap-y-4 sm:grid-cols-2">
            <SelectField
              id="tokenizer-model"
              label="Kind"
              value={values.model}
              options={MODELS}
              onChange={(model) => set({ model })}
            />
            {values.model === "bpe" && (
              <SelectField
                id="tokenizer-split"
                label="Where words end"
                value={values.split}
                options={SPLITS}
                onChange={(split) => set({ split })}
              />
            )}
            {input("vocabulary_size", "Tokens", "With all special ones; less text gives fewer.", true)}
            {input("min_frequency", "Least frequency", "What is seen less often is not learned.", true)}
          </div>
          {input("special_tokens", "Special tokens", "With blanks between them; the first one ends a text.")}
          <label className="flex items-center gap-2 text-[13px]">
            <input type="checkbox" checked={hasFim} onChange={(event) => setHasFim(event.target.checked)} />
            with the tokens for filling in the middle
          </label>
          <SubmitRow label="Train tokenizer" problem={form.problem} isBusy={form.isBusy} />
        </div>
      </Card>
    </form>
  );
}
