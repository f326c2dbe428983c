import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { DeletedRun } from "@/components/run/deleted-run";
import { RunScreen } from "@/components/run/run-screen";
import { idSchema } from "@/lib/contracts/ids";
import { findDeletedRun } from "@/lib/services/runs/find-deleted-run";
import { getRun } from "@/lib/services/runs/get-run";
import { findEstimatedPeak } from "@/lib/services/runs/get-run-needs";
import { loadRunSnapshot } from "@/lib/web/load-run-snapshot";
import { orNotFound } from "@/lib/web/or-not-found";
import { pageContext } from "@/lib/web/page-context";
import { deleteRunAction, restoreRunAction, resumeRunAction, stopRunAction, updateRunAction } from "../../actions";

interface RunPageProps {
  params: Promise<{ runId: string }>;
}

/** The run's name, to tell tabs apart. */
export async function generateMetadata({ params }: RunPageProps): Promise<Metadata> {
  const { runId } = await params;
  const run = await getRun(await pageContext(), { runId }).catch(() => null);
  return { title: run?.name ?? "Run" };
}

const actions = { stop: stopRunAction, resume: resumeRunAction, update: updateRunAction, remove: deleteRunAction };

export default async function RunPage({ params }: RunPageProps) {
  const { runId } = await params;
  if (!idSchema("run").safeParse(runId).success) notFound();
  const ctx = await pageContext();
  const deleted = await findDeletedRun(ctx, { runId });
  if (deleted !== null) return <DeletedRun run={deleted} restore={restoreRunAction} />;
  const initial = await orNotFound(loadRunSnapshot(ctx, runId));
  const estimatedPeakBytes = await findEstimatedPeak(ctx, initial.run.config);
  return <RunScreen key={runId} initial={initial} estimatedPeakBytes={estimatedPeakBytes} actions={actions} />;
}
