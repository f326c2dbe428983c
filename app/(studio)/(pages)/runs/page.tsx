import type { Metadata } from "next";
import Link from "next/link";
import { DeletedNotice } from "@/components/runs/deleted-notice";
import { RunList } from "@/components/runs/run-list";
import { buttonClass } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { findDeletedRun } from "@/lib/services/runs/find-deleted-run";
import { listRuns } from "@/lib/services/runs/list-runs";
import { pageContext } from "@/lib/web/page-context";
import { restoreRunAction } from "../../actions";

export const metadata: Metadata = { title: "Runs" };

const SHOWN_RUNS = 100;

interface RunsPageProps {
  searchParams: Promise<{ deleted?: string | string[]; q?: string | string[] }>;
}

export default async function RunsPage({ searchParams }: RunsPageProps) {
  const { deleted: deletedId, q } = await searchParams;
  const ctx = await pageContext();
  const runs = await listRuns(ctx, { limit: SHOWN_RUNS });
  const deleted = typeof deletedId === "string" ? await findDeletedRun(ctx, { runId: deletedId }) : null;
  const newRun = (
    <Link href="/runs/new" className={buttonClass("primary")}>
      New run
    </Link>
  );
  return (
    <>
      <PageHeader title="Runs" description="Every fine-tune, newest first." actions={newRun} />
      {deleted !== null && <DeletedNotice run={deleted} restore={restoreRunAction} />}
      <Card isFlush>
        {runs.length > 0 ? (
          <RunList initial={runs} limit={SHOWN_RUNS} words={typeof q === "string" ? q : ""} />
        ) : (
          <EmptyState title="No runs yet" action={newRun}>
            Choose a dataset and a model and start one, or press the button on the studio’s first page.
          </EmptyState>
        )}
      </Card>
    </>
  );
}
