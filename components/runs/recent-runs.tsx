"use client";
import { EmptyState } from "@/components/ui/empty-state";
import type { RunListView } from "@/lib/contracts/views";
import { RunTable } from "./run-table";
import { useRunList } from "./use-run-list";

export function RecentRuns({ initial, limit }: { initial: RunListView[]; limit: number }) {
  const runs = useRunList(initial, limit, true);
  if (runs.length > 0) return <RunTable runs={runs} />;
  return <EmptyState title="No runs yet">Press “Fine-tune on this repository” above to make the first one.</EmptyState>;
}
