import type { Metadata } from "next";
import Link from "next/link";
import { z } from "zod";
import { MaskView } from "@/components/mask/mask-view";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { DEFAULT_OBJECTIVE } from "@/lib/contracts/objective-settings";
import { getDataset } from "@/lib/services/datasets/get-dataset";
import { listModels } from "@/lib/services/models/list-models";
import { objectiveParameter } from "@/lib/web/objective-parameter";
import { orNotFound } from "@/lib/web/or-not-found";
import { pageContext } from "@/lib/web/page-context";

export const metadata: Metadata = { title: "What gets loss" };

// What an address says wrongly falls back to the default: the controls show what is meant.
const Search = z.object({
  model: z.string().optional().catch(undefined),
  length: z.coerce.number().int().min(64).max(131072).catch(256),
  evalSplit: z.coerce.number().min(0).max(0.5).catch(0.1),
  seed: z.coerce.number().int().min(0).catch(42),
  objective: objectiveParameter.catch(DEFAULT_OBJECTIVE),
  split: z.enum(["train", "eval"]).catch("train"),
  index: z.coerce.number().int().min(0).optional().catch(undefined),
});

interface MaskPageProps {
  params: Promise<{ datasetId: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function MaskPage({ params, searchParams }: MaskPageProps) {
  const datasetId = decodeURIComponent((await params).datasetId);
  const ctx = await pageContext();
  const [dataset, models] = await Promise.all([orNotFound(getDataset(ctx, { datasetId })), listModels(ctx)]);
  const search = Search.parse(await searchParams);
  const model = models.find(({ id }) => id === search.model) ?? models[0];
  const link = (
    <Link href={`/datasets/${dataset.id}`} className="text-accent underline underline-offset-2">
      {dataset.name}
    </Link>
  );
  return (
    <>
      <PageHeader
        title="What gets loss"
        description={<>Tokens of {link} as the trainer reads them, packed into sequences.</>}
      />
      {model === undefined ? (
        <EmptyState title="No model here">
          Tokens are a model’s own; put a model folder into the models folder first.
        </EmptyState>
      ) : (
        <MaskView
          datasetId={dataset.id}
          models={models}
          start={{
            ...search,
            index: search.index ?? null,
            model: model.id,
            length: Math.min(search.length, model.contextLength),
          }}
        />
      )}
    </>
  );
}
