/**
 * @file Shown while a page of this group is made. Pages of one run, dataset or job are not in it: once this is sent, the
 * answer's status is 200, and what is not there must be a 404.
 */
import { Skeleton } from "@/components/ui/skeleton";

export default function Loading() {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col gap-4">
      <Skeleton className="h-8 w-56" />
      <Skeleton className="h-40" />
      <Skeleton className="h-64" />
    </div>
  );
}
