"use client";
import { useState } from "react";
import { BlockCard } from "@/components/mask/block-card";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { OBJECTIVE_FIELDS } from "./field-groups";
import { isAsked } from "./field-specs";
import { fieldGrid } from "./folded-group";
import { previewQuery } from "./preview-query";
import { SettingField } from "./setting-field";
import type { RunFormState } from "./use-run-form";

/** What of the data is trained on, and a look at the very sequences that this makes. */
export function ObjectiveCard({ form, datasetId }: { form: RunFormState; datasetId: string | null }) {
  const [isOpen, setIsOpen] = useState(false);
  const [chosen, setChosen] = useState<{ settings: string; index: number } | null>(null);
  const names = OBJECTIVE_FIELDS.filter((name) => isAsked(name, form.values) || form.errors[name] !== undefined);
  // Other settings make other sequences, so the count starts anew.
  const first = previewQuery(form, null);
  const settings = JSON.stringify(first);
  const query = first && { ...first, index: chosen?.settings === settings ? chosen.index : null };
  const hasPreview = datasetId !== null && query !== null;
  return (
    <>
      <Card
        title="Objective"
        aside={
          <Button variant="ghost" size="sm" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
            {isOpen ? "Hide the sequences" : "See what gets loss"}
          </Button>
        }
      >
        <div className={fieldGrid}>
          {names.map((name) => (
            <SettingField key={name} form={form} name={name} />
          ))}
        </div>
        {isOpen && !hasPreview && (
          <p className="mt-4 text-[13px] text-text-3">
            {datasetId === null
              ? "This dataset is built when the run starts; there is nothing to show before."
              : "Once model, dataset, sequence length and objective are right, the sequences come here."}
          </p>
        )}
      </Card>
      {isOpen && hasPreview && (
        <BlockCard datasetId={datasetId} query={query} onIndex={(index) => setChosen({ settings, index })} />
      )}
    </>
  );
}
