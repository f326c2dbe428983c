"use client";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ApiError, fetchJson } from "@/components/ui/fetch-json";
import { Notice } from "@/components/ui/notice";
import { SelectField } from "@/components/ui/select-field";
import type { TokenizerComparison } from "@/lib/contracts/tokenizer";
import { ComparisonView } from "./comparison-view";

const MAX = 6;

export interface ComparePanelProps {
  /** Tokenizers made here, then models by their ids. */
  names: readonly string[];
  datasets: readonly { value: string; label: string }[];
}

/** How many tokens each makes of a sample of a dataset. */
export function ComparePanel({ names, datasets }: ComparePanelProps) {
  const [dataset, setDataset] = useState(datasets[0]?.value ?? "");
  const [chosen, setChosen] = useState<readonly string[]>(names.slice(0, 2));
  const [result, setResult] = useState<TokenizerComparison | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setIsBusy(true);
    setProblem(null);
    try {
      const query = new URLSearchParams([["dataset", dataset], ...chosen.map((name) => ["tokenizer", name])]);
      setResult(await fetchJson<TokenizerComparison>(`/api/tokenizers/compare?${query}`));
    } catch (error) {
      setProblem(error instanceof ApiError ? error.message : "The studio can't be reached; press again when it runs.");
    }
    setIsBusy(false);
  };
  if (datasets.length === 0) return <Notice tone="info">There is no dataset yet to compare on.</Notice>;
  return (
    <div className="flex flex-col gap-6">
      <form noValidate className="max-w-2xl" onSubmit={submit}>
        <Card>
          <div className="flex flex-col gap-5">
            <SelectField id="compare-dataset" label="On" value={dataset} options={datasets} onChange={setDataset} />
            <fieldset>
              <legend className="mb-1.5 font-medium text-[13px]">Tokenizers, up to {MAX}</legend>
              <ul className="flex max-h-56 flex-col gap-1 overflow-y-auto rounded-md border p-2">
                {names.map((name) => (
                  <li key={name}>
                    <label className="flex items-center gap-2 text-[13px]">
                      <input
                        type="checkbox"
                        checked={chosen.includes(name)}
                        disabled={chosen.length >= MAX && !chosen.includes(name)}
                        onChange={(event) =>
                          setChosen(event.target.checked ? [...chosen, name] : chosen.filter((other) => other !== name))
                        }
                      />
                      <span className="break-all font-mono text-[12.5px]">{name}</span>
                    </label>
                  </li>
                ))}
              </ul>
            </fieldset>
            {problem !== null && (
              <Notice tone="bad" isAlert>
                {problem}
              </Notice>
            )}
            <Button type="submit" variant="primary" className="self-start" disabled={isBusy || chosen.length === 0}>
              {isBusy ? "Counting tokens …" : "Compare"}
            </Button>
          </div>
        </Card>
      </form>
      {result !== null && <ComparisonView comparison={result} />}
    </div>
  );
}
