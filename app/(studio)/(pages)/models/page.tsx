import type { Metadata } from "next";
import { ModelSearch } from "@/components/models/model-search";
import { ModelTable } from "@/components/models/model-table";
import { Card } from "@/components/ui/card";
import { PageHeader } from "@/components/ui/page-header";
import { listModels } from "@/lib/services/models/list-models";
import { pageContext } from "@/lib/web/page-context";
import { createJobAction } from "../../actions";

export const metadata: Metadata = { title: "Models" };

export default async function ModelsPage() {
  const models = await listModels(await pageContext());
  return (
    <>
      <PageHeader title="Models" description="What can be fine-tuned here, and what the Hugging Face Hub has." />
      <Card isFlush title="Here">
        <ModelTable models={models} />
      </Card>
      <h2 className="mt-8 mb-3 font-semibold text-[15px]">On the Hugging Face Hub</h2>
      <ModelSearch create={createJobAction} here={models.map(({ id }) => id)} />
    </>
  );
}
