import Link from "next/link";
import { Hero } from "@/components/home/hero";
import { WorkerLine } from "@/components/home/worker-line";
import { RecentRuns } from "@/components/runs/recent-runs";
import { Card } from "@/components/ui/card";
import { listDatasets } from "@/lib/services/datasets/list-datasets";
import { listModels } from "@/lib/services/models/list-models";
import { listRuns } from "@/lib/services/runs/list-runs";
import { getWorkers } from "@/lib/services/system/get-workers";
import { pageContext } from "@/lib/web/page-context";
import { startQuickstartAction } from "../actions";

const RECENT_RUNS = 6;

export default async function HomePage() {
  const ctx = await pageContext();
  const [runs, models, datasets, workers] = await Promise.all([
    listRuns(ctx, { limit: RECENT_RUNS, unfinishedFirst: true }),
    listModels(ctx),
    listDatasets(ctx),
    getWorkers(ctx),
  ]);
  const model = models.find(({ isBundled }) => isBundled);
  const lastRun = runs.find((run) => run.status === "completed" && run.datasetName === "this-repository");
  return (
    <>
      <Hero
        model={model}
        dataset={datasets.find(({ name }) => name === "this-repository")}
        lastRun={lastRun}
        start={startQuickstartAction}
      />
      <WorkerLine initial={workers} runs={runs} />
      <Card
        isFlush
        title="Recent runs"
        aside={
          <Link href="/runs" className="text-[13px] text-accent underline underline-offset-2">
            All runs
          </Link>
        }
      >
        <RecentRuns initial={runs} limit={RECENT_RUNS} />
      </Card>
    </>
  );
}
