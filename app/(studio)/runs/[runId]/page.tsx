import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { RunScreen } from "@/components/run/run-screen";
import { idSchema } from "@/lib/contracts/ids";
import { loadRunSnapshot } from "@/lib/web/load-run-snapshot";
import { orNotFound } from "@/lib/web/or-not-found";
import { pageContext } from "@/lib/web/page-context";
import { resumeRunAction, stopRunAction } from "../../actions";

export const metadata: Metadata = { title: "Run" };

export default async function RunPage({ params }: { params: Promise<{ runId: string }> }) {
  const { runId } = await params;
  if (!idSchema("run").safeParse(runId).success) notFound();
  const initial = await orNotFound(loadRunSnapshot(await pageContext(), runId));
  return <RunScreen key={runId} initial={initial} actions={{ stop: stopRunAction, resume: resumeRunAction }} />;
}
