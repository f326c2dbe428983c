import type { Metadata } from "next";
import { datasetChoices } from "@/components/run-form/dataset-choices";
import { startValues, valuesOf } from "@/components/run-form/form-values";
import { RunForm } from "@/components/run-form/run-form";
import { PageHeader } from "@/components/ui/page-header";
import { listDatasets } from "@/lib/services/datasets/list-datasets";
import { listModels } from "@/lib/services/models/list-models";
import { getRun } from "@/lib/services/runs/get-run";
import { orNotFound } from "@/lib/web/or-not-found";
import { pageContext } from "@/lib/web/page-context";
import { createRunAction } from "../../../actions";

export const metadata: Metadata = { title: "New run" };

interface NewRunPageProps {
  searchParams: Promise<{ from?: string; dataset?: string; model?: string }>;
}

export default async function NewRunPage({ searchParams }: NewRunPageProps) {
  const { from, dataset, model } = await searchParams;
  const ctx = await pageContext();
  const [models, datasets] = await Promise.all([listModels(ctx), listDatasets(ctx)]);
  const choices = datasetChoices(datasets);
  const source = from ? await orNotFound(getRun(ctx, { runId: from })) : null;
  const asked = dataset ? choices.find(({ id, value }) => id === dataset || value === dataset)?.value : undefined;
  const askedModel = model ? models.find(({ id }) => id === model)?.id : undefined;
  const start = source
    ? valuesOf(source.config, source.name)
    : startValues(askedModel ?? models[0]?.id ?? "", asked ?? choices[0]?.value ?? "");
  return (
    <>
      <PageHeader
        title="New run"
        description={
          source
            ? `Starts from the settings of “${source.name}”.`
            : "Nothing is saved or started before you press “Start run”."
        }
      />
      <RunForm
        key={from ?? dataset ?? model ?? "new"}
        start={start}
        keepsDraft={!source && !asked && !askedModel}
        repeatsRun={source !== null}
        models={models}
        datasets={choices}
        createRun={createRunAction}
      />
    </>
  );
}
