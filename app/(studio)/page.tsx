import Link from "next/link";
import { Hero } from "@/components/home/hero";
import { RunTable } from "@/components/runs/run-table";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { listDatasets } from "@/lib/services/datasets/list-datasets";
import { listModels } from "@/lib/services/models/list-models";
import { listRunRows } from "@/lib/web/list-run-rows";
import { pageContext } from "@/lib/web/page-context";
import { startQuickstartAction } from "./actions";

const RECENT_RUNS = 6;

export default async function HomePage() {
  const ctx = await pageContext();
  const [rows, models, datasets] = await Promise.all([
    listRunRows(ctx, RECENT_RUNS),
    listModels(ctx),
    listDatasets(ctx),
  ]);
  const model = models.find(({ isBundled }) => isBundled);
  const lastRun = rows.find(({ run }) => run.status === "completed" && run.datasetName === "this-repository")?.run;
  return (
    <>
      <Hero
        model={model}
        dataset={datasets.find(({ name }) => name === "this-repository")}
        lastRun={lastRun}
        start={startQuickstartAction}
      />
      <Card
        isFlush
        title="Recent runs"
        aside={
          <Link href="/runs" className="text-[13px] text-accent underline underline-offset-2">
            All runs
          </Link>
        }
      >
        {rows.length > 0 ? (
          <RunTable initial={rows} limit={RECENT_RUNS} />
        ) : (
          <EmptyState title="No runs yet">Press “Fine-tune on this repository” above to make the first one.</EmptyState>
        )}
      </Card>
    </>
  );
}
