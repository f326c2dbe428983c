import type { Metadata } from "next";
import Link from "next/link";
import { RunTable } from "@/components/runs/run-table";
import { buttonClass } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { PageHeader } from "@/components/ui/page-header";
import { listRunRows } from "@/lib/web/list-run-rows";
import { pageContext } from "@/lib/web/page-context";

export const metadata: Metadata = { title: "Runs" };

const SHOWN_RUNS = 100;

export default async function RunsPage() {
  const rows = await listRunRows(await pageContext(), SHOWN_RUNS);
  const newRun = (
    <Link href="/runs/new" className={buttonClass("primary")}>
      New run
    </Link>
  );
  return (
    <>
      <PageHeader title="Runs" description="Every fine-tune, newest first." actions={newRun} />
      <Card isFlush>
        {rows.length > 0 ? (
          <RunTable initial={rows} limit={SHOWN_RUNS} />
        ) : (
          <EmptyState title="No runs yet" action={newRun}>
            Choose a dataset and a model and start one, or press the button on the studio’s first page.
          </EmptyState>
        )}
      </Card>
    </>
  );
}
