import type { Metadata } from "next";
import { ComparePanel } from "@/components/tokenizers/compare-panel";
import { TokenizerTable } from "@/components/tokenizers/tokenizer-table";
import { TrainForm } from "@/components/tokenizers/train-form";
import { Card } from "@/components/ui/card";
import { PageHeader } from "@/components/ui/page-header";
import { Tabs } from "@/components/ui/tabs";
import { versionedName } from "@/lib/contracts/dataset-name";
import { listDatasets } from "@/lib/services/datasets/list-datasets";
import { listModels } from "@/lib/services/models/list-models";
import { listTokenizers } from "@/lib/services/tokenizers/list-tokenizers";
import { pageContext } from "@/lib/web/page-context";
import { createJobAction } from "../../actions";

export const metadata: Metadata = { title: "Tokenizers" };

interface TokenizersPageProps {
  searchParams: Promise<{ view?: string | string[] }>;
}

export default async function TokenizersPage({ searchParams }: TokenizersPageProps) {
  const { view } = await searchParams;
  const ctx = await pageContext();
  const [tokenizers, datasets, models] = await Promise.all([listTokenizers(ctx), listDatasets(ctx), listModels(ctx)]);
  const choices = datasets.map((dataset) => ({ value: dataset.id, label: versionedName(dataset) }));
  const names = [...tokenizers.map(({ name }) => name), ...models.map(({ id }) => id)];
  const list = (
    <Card isFlush title="Made here">
      <TokenizerTable tokenizers={tokenizers} />
    </Card>
  );
  const tabs = [
    { id: "list", label: "Tokenizers", panel: list },
    { id: "train", label: "Train", panel: <TrainForm create={createJobAction} datasets={choices} /> },
    { id: "compare", label: "Compare", panel: <ComparePanel names={names} datasets={choices} /> },
  ];
  return (
    <>
      <PageHeader
        title="Tokenizers"
        description="Learn one from your datasets, and see how many tokens your code takes with each."
      />
      <Tabs label="Tokenizers" tabs={tabs} initial={String(view ?? "")} param="view" />
    </>
  );
}
